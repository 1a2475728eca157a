package mail

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// Summary counts what became of the messages of one Deliver.
type Summary struct {
	Sent   int
	Later  int // temporarily refused, to be tried again
	Failed int // for a person to look at
	Lost   int // taken over from a sender that never reported back
}

// Then is told of a message that a server took.
type Then func(ctx context.Context, tx pgx.Tx, key string) error

// claim is a message leased to this sender. attempt is also the fence: a sender whose lease ran out cannot overwrite its successor.
type claim struct {
	id             int64
	attempt, tries int
	lost           bool
	email          Email
}

// Deliver sends up to limit messages that are due at now, one after the other: claim with a lease, send outside any transaction, record.
// Any number of callers may run at once; each message is one caller's. When the server cannot be used at all, the message at hand is put
// back, the others are not touched, and the error matches ErrUnreachable.
//
// Each of then is called with the key of a message that a server took, in the transaction in which that is noted.
func Deliver(ctx context.Context, db *postgres.DB, via Transport, renderers map[string]Renderer, now time.Time, limit int, then ...Then) (Summary, error) {
	var sum Summary
	for range limit {
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		c, found, err := take(ctx, db, via.Name(), now)
		if err != nil {
			return sum, fmt.Errorf("take a message to deliver: %w", err)
		}
		if !found {
			return sum, nil
		}
		if c.lost {
			sum.Lost++
		}
		if err := deliverOne(ctx, db, via, renderers, c, now, &sum, then); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func deliverOne(ctx context.Context, db *postgres.DB, via Transport, renderers map[string]Renderer, c claim, now time.Time, sum *Summary, then []Then) error {
	var reply string
	sums, sendErr := complete(ctx, db, renderers, &c)
	if sendErr == nil {
		reply, sendErr = via.Send(ctx, c.email)
	}
	// The outcome is written even when the caller is being stopped: otherwise a message that went out would go out again.
	recordCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := record(recordCtx, db, via.Name(), c, sums, reply, sendErr, now, sum, then); err != nil {
		return fmt.Errorf("record delivery of message %d: %w", c.id, err)
	}
	if errors.Is(sendErr, ErrUnreachable) {
		return fmt.Errorf("deliver by %s: %w", via.Name(), sendErr)
	}
	return nil
}

// take leases the message that has been due the longest, or one whose sender's lease ran out. The lease is measured by the later of the
// database's clock and now, so that a long pass does not lease into the past.
func take(ctx context.Context, db *postgres.DB, via string, now time.Time) (c claim, found bool, err error) {
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		c, found = claim{}, false
		var sender, reply, to, cc []byte
		e := &c.email
		err := tx.QueryRow(ctx, `with due as (
				select id, state from mail.outbox
				where (state = 'queued' and next_attempt_at <= @now)
					or (state = 'sending' and lease_until < greatest(clock_timestamp(), @now))
				order by next_attempt_at, id limit 1 for update skip locked)
			update mail.outbox o set state = 'sending', attempts = o.attempts + 1, tries = o.tries + 1,
				lease_until = greatest(clock_timestamp(), @now) + @lease::interval
			from due where o.id = due.id
			returning o.id, o.attempts, o.tries, due.state = 'sending', o.message_key, o.message_id, o.queued_at, o.sender, o.reply_to,
				o.recipients, o.copies, o.subject, o.text_body, o.html_body`,
			pgx.NamedArgs{"now": now, "lease": lease}).Scan(&c.id, &c.attempt, &c.tries, &c.lost, &e.Key, &e.MessageID, &e.Date, &sender, &reply,
			&to, &cc, &e.Subject, &e.Text, &e.HTML)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return postgres.Fault(err)
		}
		found = true
		if c.lost {
			if err := appendAttempt(ctx, tx, c.id, c.attempt-1, "lost", via, "the sender stopped before it could say what became of it", nil); err != nil {
				return err
			}
		}
		return unmarshalAll(sender, &e.From, reply, &e.ReplyTo, to, &e.To, cc, &e.Cc)
	})
	return c, found, err
}

// complete loads the attachments and renders the documents; it returns their hashes.
func complete(ctx context.Context, q postgres.Querier, renderers map[string]Renderer, c *claim) ([][]byte, error) {
	type row struct {
		Attachment
		doc Document
	}
	rows, err := q.Query(ctx, `select name, content_type, content, coalesce(document_kind, ''), coalesce(document_ref, '')
		from mail.attachments where outbox_id = @id order by position`, pgx.NamedArgs{"id": c.id})
	if err != nil {
		return nil, fmt.Errorf("load attachments: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (a row, err error) {
		err = r.Scan(&a.Name, &a.ContentType, &a.Content, &a.doc.Kind, &a.doc.Ref)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("load attachments: %w", postgres.Fault(err))
	}
	var sums [][]byte
	for _, a := range all {
		if a.doc.Kind != "" {
			render, ok := renderers[a.doc.Kind]
			if !ok {
				return sums, fmt.Errorf("attach %s %s: no renderer for this kind of document", a.doc.Kind, a.doc.Ref)
			}
			if a.Attachment, err = render(ctx, q, a.doc.Ref); err != nil {
				return sums, fmt.Errorf("attach %s %s: %w", a.doc.Kind, a.doc.Ref, err)
			}
		}
		sum := sha256.Sum256(a.Content)
		sums = append(sums, sum[:])
		c.email.Attachments = append(c.email.Attachments, a.Attachment)
	}
	return sums, nil
}

// record appends what became of a try and moves the message on.
func record(ctx context.Context, db *postgres.DB, via string, c claim, sums [][]byte, reply string, sendErr error, now time.Time, sum *Summary, then []Then) error {
	outcome := "sent"
	if sendErr != nil {
		outcome, reply = "temporary", sendErr.Error()
		var refusal *Refusal
		if errors.As(sendErr, &refusal) && refusal.Permanent() {
			outcome = "permanent"
		}
	}
	state := Queued
	var untold error
	err := db.Tx(ctx, func(tx pgx.Tx) error {
		if err := appendAttempt(ctx, tx, c.id, c.attempt, outcome, via, reply, sums); err != nil {
			return err
		}
		if outcome == "sent" {
			state = Sent
			if err := markSent(ctx, tx, c.id, now); err != nil {
				return err
			}
			untold = tellAll(ctx, tx, then, c.email.Key)
			return nil
		}
		if outcome == "permanent" || c.tries >= patience {
			state = Failed
		}
		return putBack(ctx, tx, c, state, reply, now)
	})
	if err != nil {
		return err
	}
	switch state {
	case Sent:
		sum.Sent++
	case Failed:
		sum.Failed++
	default:
		sum.Later++
	}
	return untold
}

// tellAll tells whoever wants to know. That a server took the message is written whatever they make of it: else it would be sent again.
func tellAll(ctx context.Context, tx pgx.Tx, then []Then, key string) error {
	for _, tell := range then {
		if err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { return tell(ctx, tx, key) }); err != nil {
			return fmt.Errorf("message %q is sent; telling so: %w", key, err)
		}
	}
	return nil
}

func appendAttempt(ctx context.Context, tx pgx.Tx, id int64, attempt int, outcome, via, reply string, sums [][]byte) error {
	if sums == nil {
		sums = [][]byte{}
	}
	_, err := tx.Exec(ctx, `insert into mail.attempts (outbox_id, attempt, outcome, transport, reply, sha256s)
		values (@id, @attempt, @outcome, @via, @reply, @sums)`,
		pgx.NamedArgs{"id": id, "attempt": attempt, "outcome": outcome, "via": via, "reply": printable(reply), "sums": sums})
	return postgres.Fault(err)
}

// markSent holds whoever has the lease by now: that a server took the message is true and final.
func markSent(ctx context.Context, tx pgx.Tx, id int64, now time.Time) error {
	_, err := tx.Exec(ctx, `update mail.outbox set state = 'sent', sent_at = greatest(clock_timestamp(), @now), lease_until = null, last_error = ''
		where id = @id and state <> 'sent'`, pgx.NamedArgs{"id": id, "now": now})
	return postgres.Fault(err)
}

// putBack releases the lease, if it is still this sender's.
func putBack(ctx context.Context, tx pgx.Tx, c claim, state State, reply string, now time.Time) error {
	_, err := tx.Exec(ctx, `update mail.outbox set state = @state, lease_until = null, next_attempt_at = @next, last_error = @reply
		where id = @id and state = 'sending' and attempts = @attempt`,
		pgx.NamedArgs{"id": c.id, "attempt": c.attempt, "state": string(state), "next": now.Add(wait(c.tries)), "reply": printable(reply)})
	return postgres.Fault(err)
}

// printable keeps a server's answer storable: PostgreSQL takes neither NUL nor broken UTF-8.
func printable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
