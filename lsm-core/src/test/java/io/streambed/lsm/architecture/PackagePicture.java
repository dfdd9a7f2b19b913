package io.streambed.lsm.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which package below a root may use which: drawn lowest first, so that a cycle cannot be drawn. What is not drawn is
 * forbidden, be it an edge or a package.
 */
public final class PackagePicture {
    private final String root;
    private final Map<String, Set<String>> uses = new LinkedHashMap<>();

    public PackagePicture(String root) {
        this.root = root;
    }

    /**
     * Draws a package on top of those drawn so far.
     *
     * @param name relative to the root
     * @param lower those drawn before that it may use
     */
    public PackagePicture draw(String name, String... lower) {
        Set<String> allowed = new HashSet<>();
        for (String other : lower) {
            if (!uses.containsKey(below(other))) {
                throw new IllegalArgumentException(name + " cannot use " + other + ", which is not drawn below it");
            }
            allowed.add(below(other));
        }
        return put(below(name), allowed);
    }

    /** Draws a package, by its name relative to the root, that may use all of those drawn so far. */
    public PackagePicture drawAbove(String name) {
        return put(below(name), new HashSet<>(uses.keySet()));
    }

    /** Draws the root package itself, which may use all of those drawn so far. */
    public PackagePicture drawRoot() {
        return put(root, new HashSet<>(uses.keySet()));
    }

    /** The rule that the classes below the root keep to this picture. */
    public ArchRule isKept() {
        return classes().that().resideInAPackage(root + "..").should(keepToIt()).allowEmptyShould(true);
    }

    private ArchCondition<JavaClass> keepToIt() {
        return new ArchCondition<>("use only what the picture of the packages lets them") {
            @Override
            public void check(JavaClass user, ConditionEvents events) {
                Set<String> allowed = uses.get(user.getPackageName());
                if (allowed == null) {
                    String message = user.getName() + " is in a package that is not in the picture";
                    events.add(SimpleConditionEvent.violated(user, message));
                    return;
                }
                for (Dependency edge : user.getDirectDependenciesFromSelf()) {
                    String used = edge.getTargetClass().getBaseComponentType().getPackageName();
                    if (isBelowRoot(used) && !used.equals(user.getPackageName()) && !allowed.contains(used)) {
                        events.add(SimpleConditionEvent.violated(edge, edge.getDescription()));
                    }
                }
            }
        };
    }

    private PackagePicture put(String packageName, Set<String> allowed) {
        if (uses.putIfAbsent(packageName, allowed) != null) {
            throw new IllegalArgumentException(packageName + " is drawn twice");
        }
        return this;
    }

    private boolean isBelowRoot(String packageName) {
        return packageName.equals(root) || packageName.startsWith(root + ".");
    }

    private String below(String name) {
        return root + "." + name;
    }
}
