package io.streambed.examples.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Where a node listens, on the loopback interface. */
record Ports(int broker, int controller) {

    /** Where ports to try come from. */
    interface Source {
        Ports next() throws IOException;
    }

    /** Two ports that are free at this moment; somebody else may take them before the node does. */
    static Ports free() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (ServerSocket broker = new ServerSocket(0, 1, loopback);
                ServerSocket controller = new ServerSocket(0, 1, loopback)) {
            return new Ports(broker.getLocalPort(), controller.getLocalPort());
        }
    }
}
