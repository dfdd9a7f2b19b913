package io.streambed.examples.bank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.streambed.examples.app.AppException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Accounts tell what is in them, and the audit finds what is not. */
class AccountTest {
    private static final Transfer DEPOSIT = new Transfer(0, Transfer.OUTSIDE, 1, 1000);
    private static final Transfer OTHER_DEPOSIT = new Transfer(1, Transfer.OUTSIDE, 2, 1000);
    private static final Transfer TRANSFER = new Transfer(2, 1, 2, 30);

    @Test
    void aTransferTakesFromOneAndGivesToTheOther() {
        Map<Long, Account> accounts = apply(DEPOSIT, OTHER_DEPOSIT, TRANSFER);
        assertEquals(970, accounts.get(1L).balance());
        assertEquals(1030, accounts.get(2L).balance());
        assertEquals(2, accounts.get(1L).postings());
    }

    @Test
    void theOrderOfTransfersDoesNotMatter() {
        assertEquals(apply(DEPOSIT, OTHER_DEPOSIT, TRANSFER), apply(TRANSFER, OTHER_DEPOSIT, DEPOSIT));
    }

    /** One lost and another one of the same amount applied twice: balances and numbers would not tell. */
    @Test
    void fingerprintsTellWhichTransfersAreInIt() {
        Transfer twin = new Transfer(3, 1, 2, 30);
        assertNotEquals(
                apply(DEPOSIT, OTHER_DEPOSIT, TRANSFER, twin), apply(DEPOSIT, OTHER_DEPOSIT, TRANSFER, TRANSFER));
    }

    @Test
    void bytesComeBackWithTheirFiller() {
        byte[] empty = Account.empty(7, 100);
        assertEquals(Account.EMPTY, Account.decode(empty));
        Account account = Account.EMPTY.with(new Posting(5, -3));
        byte[] bytes = account.encode(empty);
        assertEquals(account, Account.decode(bytes));
        assertEquals(empty.length, bytes.length);
        assertEquals(empty[empty.length - 1], bytes[bytes.length - 1]);
        assertEquals(TRANSFER, Transfer.decode(TRANSFER.encode()));
        Posting posting = new Posting(9, -4);
        assertEquals(posting, Posting.decode(posting.encode()));
    }

    @Test
    void theAuditPassesWhatIsRight() {
        Map<Long, Account> accounts = apply(DEPOSIT, OTHER_DEPOSIT, TRANSFER);
        Audit.requireRight(books(accounts), accounts, accounts);
    }

    @Test
    void theAuditFindsWhatIsAppliedTwiceLostOrDifferent() {
        Map<Long, Account> right = apply(DEPOSIT, OTHER_DEPOSIT, TRANSFER);
        Map<Long, Account> twice = apply(DEPOSIT, OTHER_DEPOSIT, TRANSFER, TRANSFER);
        assertTrue(refusal(books(right), twice, twice).contains("a replay of the transfers"));
        assertTrue(refusal(books(right), right, twice).contains("the changelog"));
        Map<Long, Account> lost = new HashMap<>(right);
        lost.remove(2L);
        assertTrue(refusal(books(right), lost, right).contains("1 accounts"));
        Map<Long, Account> deposited = apply(DEPOSIT, OTHER_DEPOSIT);
        assertTrue(refusal(new Audit.Books(deposited, 2001, 2, 2), deposited, deposited)
                .contains("2001 was deposited"));
    }

    private static String refusal(Audit.Books books, Map<Long, Account> store, Map<Long, Account> changelog) {
        return assertThrows(AppException.class, () -> Audit.requireRight(books, store, changelog))
                .getMessage();
    }

    private static Audit.Books books(Map<Long, Account> accounts) {
        return new Audit.Books(accounts, 2000, 2, 3);
    }

    private static Map<Long, Account> apply(Transfer... transfers) {
        Map<Long, Account> accounts = new HashMap<>();
        for (Transfer transfer : transfers) {
            transfer.postings()
                    .forEach(posting -> accounts.compute(
                            posting.key,
                            (number, before) -> (before == null ? Account.EMPTY : before).with(posting.value)));
        }
        return accounts;
    }
}
