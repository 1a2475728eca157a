package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// Entry is a message of the outbox as a list shows it.
type Entry struct {
	ID, Account    int64
	Key, MessageID string
	From           Address
	To, Cc         []Address
	Subject        string
	State          State
	Attempts       int
	NextAttemptAt  time.Time // the Unix epoch = at once; meaningful while queued
	LastError      string
	QueuedBy       string
	QueuedAt       time.Time
	SentAt         time.Time // zero = not sent
}

// Attempt is one try to deliver.
type Attempt struct {
	Number    int
	Outcome   string // sent, temporary, permanent, lost
	Transport string
	Reply     string
	SHA256s   [][]byte // of each attachment as sent
	At        time.Time
}

// Attached is an attachment without its bytes: a stored file, or a document rendered when sent (Document.Kind not empty).
type Attached struct {
	Position          int
	Name, ContentType string
	Size              int
	SHA256            []byte
	Document          Document
}

// Detail is everything about one message.
type Detail struct {
	Entry
	ReplyTo    Address
	Text, HTML string
	Attached   []Attached
	Tried      []Attempt
}

// scanEntry reads the columns of List, and what a query selects beyond them into more.
func scanEntry(row pgx.Row, e *Entry, more ...any) error {
	var sender, to, cc []byte
	var sent *time.Time
	err := row.Scan(append([]any{&e.ID, &e.Account, &e.Key, &e.MessageID, &sender, &to, &cc, &e.Subject, &e.State, &e.Attempts,
		&e.NextAttemptAt, &e.LastError, &e.QueuedBy, &e.QueuedAt, &sent}, more...)...)
	if err != nil {
		return err
	}
	if sent != nil {
		e.SentAt = *sent
	}
	return unmarshalAll(sender, &e.From, to, &e.To, cc, &e.Cc)
}

// unmarshalAll takes pairs of JSON and where it goes; JSON that is not there leaves the zero value.
func unmarshalAll(pairs ...any) error {
	for i := 0; i < len(pairs); i += 2 {
		b := pairs[i].([]byte)
		if b == nil {
			continue
		}
		if err := json.Unmarshal(b, pairs[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// Get returns one message with its tries; fault.NotFound when there is none.
func Get(ctx context.Context, q postgres.Querier, id int64) (Detail, error) {
	var d Detail
	var reply []byte
	row := q.QueryRow(ctx, `select id, coalesce(account_id, 0), message_key, message_id, sender, recipients, copies, subject, state, attempts,
			next_attempt_at, last_error, queued_by, queued_at, sent_at, reply_to, text_body, html_body
		from mail.outbox where id = @id`, pgx.NamedArgs{"id": id})
	err := scanEntry(row, &d.Entry, &reply, &d.Text, &d.HTML)
	if err == nil {
		err = unmarshalAll(reply, &d.ReplyTo)
	}
	if err == nil {
		d.Attached, err = attachedTo(ctx, q, id)
	}
	if err == nil {
		d.Tried, err = attemptsOf(ctx, q, id)
	}
	if err != nil {
		return Detail{}, fmt.Errorf("message %d: %w", id, postgres.Fault(err))
	}
	return d, nil
}

func attachedTo(ctx context.Context, q postgres.Querier, id int64) ([]Attached, error) {
	rows, err := q.Query(ctx, `select position, name, content_type, coalesce(length(content), 0), sha256, coalesce(document_kind, ''), coalesce(document_ref, '')
		from mail.attachments where outbox_id = @id order by position`, pgx.NamedArgs{"id": id})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Attached, err error) {
		err = row.Scan(&a.Position, &a.Name, &a.ContentType, &a.Size, &a.SHA256, &a.Document.Kind, &a.Document.Ref)
		return a, err
	})
}

func attemptsOf(ctx context.Context, q postgres.Querier, id int64) ([]Attempt, error) {
	rows, err := q.Query(ctx, `select attempt, outcome, transport, reply, sha256s, recorded_at from mail.attempts where outbox_id = @id order by id`,
		pgx.NamedArgs{"id": id})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Attempt, err error) {
		err = row.Scan(&a.Number, &a.Outcome, &a.Transport, &a.Reply, &a.SHA256s, &a.At)
		return a, err
	})
}

// Content returns the bytes of a stored attachment; a document is asked of its owner instead and is fault.NotFound here.
func Content(ctx context.Context, q postgres.Querier, id int64, position int) (Attachment, error) {
	var a Attachment
	err := q.QueryRow(ctx, `select name, content_type, content from mail.attachments where outbox_id = @id and position = @position and content is not null`,
		pgx.NamedArgs{"id": id, "position": position}).Scan(&a.Name, &a.ContentType, &a.Content)
	if err != nil {
		return Attachment{}, fmt.Errorf("attachment %d of message %d: %w", position, id, postgres.Fault(err))
	}
	return a, nil
}

// Counts says how many messages stand in each state: what a work queue shows.
func Counts(ctx context.Context, q postgres.Querier) (map[State]int, error) {
	rows, err := q.Query(ctx, `select state, count(*) from mail.outbox group by state`)
	if err != nil {
		return nil, fmt.Errorf("count outbox: %w", postgres.Fault(err))
	}
	out := map[State]int{}
	var s State
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&s, &n}, func() error { out[s] = n; return nil }); err != nil {
		return nil, fmt.Errorf("count outbox: %w", postgres.Fault(err))
	}
	return out, nil
}
