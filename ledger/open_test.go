package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/customers"
)

// paid books a bank transfer for a document.
func (b book) paid(account customers.AccountID, seq int64, number, on, sum string) Entry {
	cash, receivable := Debit(Cash, usd(sum)), Credit(AccountsReceivable, usd(sum))
	receivable.Customer, receivable.Document = 40, number
	return Entry{Account: account, Seq: seq, Entity: b.rus, Source: "receipt:" + number, BookedOn: day(on), Currency: "USD",
		Memo: "Bank transfer", Postings: []Posting{cash, receivable}}
}

func TestWhatIsOwedIsTheReceivableOfEachDocument(t *testing.T) {
	b := openBook(t)
	credit := b.invoice(1, 5, "RUS-3", "2026-03-01", usd("-10.00"), usd("-0.70"))
	credit.Source = "credit_note:RUS-CN-1" // lowers the receivable of the invoice it corrects
	b.append(t,
		b.invoice(1, 1, "RUS-1", "2026-01-01", usd("100.00"), usd("7.00")),
		b.invoice(1, 2, "RUS-3", "2026-01-02", usd("100.00"), usd("7.00")),
		b.paid(1, 3, "RUS-1", "2026-02-01", "50.00"),
		b.paid(1, 4, "RUS-3", "2026-02-02", "107.00"),
		credit,
		b.invoice(2, 1, "RUS-2", "2026-01-05", usd("5.00"), usd("0.35")),
		b.invoice(3, 1, "RUS-4", "2026-01-05", usd("5.00"), usd("0.35")),
		b.paid(3, 2, "RUS-4", "2026-01-20", "5.35"))

	item := func(account customers.AccountID, number, sum string) OpenItem {
		return OpenItem{Account: account, Entity: b.rus, Customer: 40, Document: number, Amount: usd(sum)}
	}
	partly, overpaid, unpaid := item(1, "RUS-1", "57.00"), item(1, "RUS-3", "-10.70"), item(2, "RUS-2", "5.35")
	for _, c := range []struct {
		what     string
		accounts []customers.AccountID
		on       string
		want     []OpenItem
	}{
		{"all accounts", nil, "", []OpenItem{partly, overpaid, unpaid}},
		{"account 1", []customers.AccountID{1}, "", []OpenItem{partly, overpaid}},
		{"accounts 2 and 3", []customers.AccountID{2, 3}, "", []OpenItem{unpaid}},
		{"no account", []customers.AccountID{}, "", nil},
		{"account 1 after its first payment", []customers.AccountID{1}, "2026-02-01", []OpenItem{partly, item(1, "RUS-3", "107.00")}},
	} {
		got, err := Open(ctx, b.db, c.accounts)
		if c.on != "" {
			got, err = OpenOn(ctx, b.db, c.accounts, day(c.on))
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" && len(c.want)+len(got) > 0 {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
	trial, err := TrialBalance(ctx, b.db, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if got := trial.Row(AccountsReceivable, "USD").Closing; got != usd("51.65") {
		t.Errorf("the receivable in the trial balance is %s, the documents add up to 51.65", got)
	}
}

func TestWhatIsOpenOfOneDocumentIsItsItem(t *testing.T) {
	b := openBook(t)
	b.append(t, b.invoice(1, 1, "RUS-1", "2026-01-01", usd("100.00"), usd("7.00")), b.invoice(1, 2, "RUS-2", "2026-01-01", usd("1.00"), usd("0.07")),
		b.paid(1, 3, "RUS-1", "2026-02-01", "50.00"), b.paid(1, 4, "RUS-2", "2026-02-01", "1.07"))
	for document, want := range map[string]string{"RUS-1": "57.00", "RUS-2": "0.00", "RUS-9": "0"} {
		got, err := OpenOf(ctx, b.db, 1, document)
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != want {
			t.Errorf("%s is open with %s, should be %s", document, got, want)
		}
	}
}
