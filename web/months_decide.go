package web

import (
	"fmt"
	"net/http"
	"strings"

	"ratable/closing"
	"ratable/closing/checklist"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/reconcile"
	"ratable/revrec"
	"ratable/web/ui"
)

// closeMonth, softCloseMonth and liftMonth record what was decided about a month, or say why it cannot be.
func (v *visit) closeMonth() error {
	return v.decideMonth("closed", func(t tx, at closing.At) error {
		if _, err := closing.Close(v.ctx, t, at, checklist.All(), v.notes(), v.By); err != nil {
			return err
		}
		return reconcile.KeepClosing(v.ctx, t, at.Entity.ID, at.Month) // what the next month must open with
	})
}

func (v *visit) softCloseMonth() error {
	return v.decideMonth("soft-closed", func(t tx, at closing.At) error {
		return closing.SoftClose(v.ctx, t, at, checklist.All(), v.notes(), v.By)
	})
}

// openMonth takes bookings through a month: later ones are future months from then on.
func (v *visit) openMonth() error {
	return v.decideMonth("open", func(t tx, at closing.At) error {
		return ledger.OpenMonth(v.ctx, t, at.Entity.ID, at.Month, v.By)
	})
}

func (v *visit) liftMonth() error {
	return v.decideMonth("open for new facts again", func(t tx, at closing.At) error {
		return ledger.LiftSoftClose(v.ctx, t, at.Entity.ID, at.Month, v.By, v.form("reason"))
	})
}

// reopenMonth asks; decideReopen is another person's answer.
func (v *visit) reopenMonth() error {
	return v.decideMonth("asked to be reopened: another person answers", func(t tx, at closing.At) error {
		return closing.RequestReopen(v.ctx, t, at.Entity, at.Month, v.form("reason"), v.By)
	})
}

func (v *visit) decideReopen() error {
	decision, word := access.Approve, "open again"
	if v.form("decision") == string(access.Reject) {
		decision, word = access.Reject, "still closed"
	}
	return v.decideMonth(word, func(t tx, at closing.At) error {
		return closing.DecideReopen(v.ctx, t, at.Entity, at.Month, decision, v.form("reason"), v.By)
	})
}

// dueMonth says by how many days after a month's end a check is due.
func (v *visit) dueMonth() error {
	return v.decideMonth("due as you said", func(t tx, at closing.At) error {
		var days int
		if _, err := fmt.Sscan(v.form("days"), &days); err != nil {
			return fault.InvalidFields(fault.Field{Path: "days", Value: v.form("days"), Message: "is a number of days"})
		}
		return closing.SetDue(v.ctx, t, at, v.form("code"), days, v.By)
	})
}

// catchUp recognizes what is due into a soft-closed month, as the accountant's adjustment.
func (v *visit) catchUp() error {
	entity, month, err := v.closeSubject()
	if err != nil {
		return err
	}
	result, err := revrec.Run(v.ctx, v.DB, revrec.Options{AsOf: month.Last(), Adjusting: entity}, v.By)
	if err == nil && len(result.Failures) > 0 {
		err = fault.New(fault.Conflict, "%d accounts failed; account %d: %v", len(result.Failures), result.Failures[0].Account, result.Failures[0].Err)
	}
	if refusal(err) {
		return v.showChecklist(http.StatusUnprocessableEntity, err, entity, month)
	}
	if err != nil {
		return err
	}
	return v.redirect(narrowed("/close/checklist", "entity", entity, "month", month), done(fmt.Sprintf("%d entries were booked as adjustments.", result.Entries)))
}

// notes are the closer's, one for each warning.
func (v *visit) notes() closing.Notes {
	out := closing.Notes{"": v.form("note")}
	for _, c := range checklist.All() {
		out[c.Code] = v.form("note." + c.Code)
	}
	return out
}

// closeSubject is which month of which entity a form is about.
func (v *visit) closeSubject() (entity entities.ID, month period.Month, err error) {
	_, _ = fmt.Sscan(v.form("entity"), &entity) // no number is no entity, which is not found
	if month, err = period.ParseMonth(v.form("month")); err != nil {
		return entity, month, fault.New(fault.Invalid, "%q is no month", v.form("month"))
	}
	return entity, month, nil
}

func (v *visit) decideMonth(word string, decide func(t tx, at closing.At) error) error {
	id, month, err := v.closeSubject()
	if err != nil {
		return err
	}
	err = v.do(func(t tx) error {
		directory, err := entities.Load(v.ctx, t)
		if err != nil {
			return err
		}
		entity, ok := directory.ByID(id)
		if !ok {
			return fault.New(fault.NotFound, "there is no legal entity %d", id)
		}
		return decide(t, closing.At{Entity: entity, Month: month, AsOf: v.Today()})
	})
	onChecklist := strings.HasPrefix(v.form("from"), "checklist")
	if refusal(err) || fault.Kind(err) == fault.Denied && v.By.Has(access.Accountant, access.Finance) {
		if onChecklist {
			return v.showChecklist(http.StatusUnprocessableEntity, err, id, month)
		}
		return v.showMonths(http.StatusUnprocessableEntity, err, id)
	}
	if err != nil {
		return err
	}
	return v.redirect(narrowed("/close", "entity", id), done(ui.MonthText(month)+" is "+word+"."))
}
