package ledger

import (
	"fmt"

	"ratable/internal/webhook"
)

// toldMonth is the event of what happened to a month, the seq-th that did; false for what opens no door and closes none.
func (c change) toldMonth(code string, seq int) (webhook.Event, bool) {
	t, told := map[Happening]webhook.Type{
		SoftClosed: webhook.PeriodSoftClosed, MonthIsClosed: webhook.PeriodClosed, Reopened: webhook.PeriodReopened, Lifted: webhook.PeriodReopened,
	}[c.event]
	id := code + "/" + c.month.String()
	return webhook.Event{Key: fmt.Sprintf("%s:%s:%d", t, id, seq), Type: t, Object: webhook.Object{Kind: webhook.Period, ID: id},
		Data: map[string]any{"entity": code, "month": c.month}}, told
}
