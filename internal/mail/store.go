package mail

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Enqueue puts a message into the outbox inside the transaction of the fact it tells about, and returns its id. Idempotent by key: the
// same message again gives the same id, another message under a used key is a fault.Conflict.
func Enqueue(ctx context.Context, tx pgx.Tx, m Message, by access.Actor) (int64, error) {
	ids, err := EnqueueAll(ctx, tx, []Message{m}, by)
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// queuedRow is a message as jsonb_to_recordset reads it.
type queuedRow struct {
	Account   *int64    `json:"account_id"`
	Key       string    `json:"message_key"`
	MessageID string    `json:"message_id"`
	SHA256    string    `json:"content_sha256"`
	Sender    Address   `json:"sender"`
	ReplyTo   *Address  `json:"reply_to"`
	To        []Address `json:"recipients"`
	Cc        []Address `json:"copies"`
	Subject   string    `json:"subject"`
	Text      string    `json:"text_body"`
	HTML      string    `json:"html_body"`
	State     State     `json:"state"`
}

// EnqueueAll is Enqueue for the messages of a whole batch, in three statements. The ids are in the order of the messages.
func EnqueueAll(ctx context.Context, tx pgx.Tx, ms []Message, by access.Actor) ([]int64, error) {
	rows := make([]queuedRow, len(ms))
	keys := make([]string, len(ms))
	for i, m := range ms {
		if err := m.check(); err != nil {
			return nil, fmt.Errorf("enqueue message %q: %w", m.Key, err)
		}
		rows[i], keys[i] = rowOf(m), m.Key
	}
	payload, err := json.Marshal(rows)
	if err != nil {
		return nil, fmt.Errorf("enqueue %d messages: %w", len(ms), err)
	}
	fresh, err := queryIDs(ctx, tx, `insert into mail.outbox (account_id, message_key, message_id, content_sha256, sender, reply_to, recipients, copies,
			subject, text_body, html_body, queued_by, state)
		select r.account_id, r.message_key, r.message_id, decode(r.content_sha256, 'hex'), r.sender, nullif(r.reply_to, 'null'), r.recipients, r.copies,
			r.subject, r.text_body, r.html_body, @by, r.state
		from jsonb_to_recordset(@rows::jsonb) as r (account_id bigint, message_key text, message_id text, content_sha256 text, sender jsonb,
			reply_to jsonb, recipients jsonb, copies jsonb, subject text, text_body text, html_body text, state text)
		order by r.message_key
		on conflict (message_key) do nothing
		returning message_key, id, encode(content_sha256, 'hex')`, pgx.NamedArgs{"rows": string(payload), "by": nameOf(by)})
	if err != nil {
		return nil, fmt.Errorf("enqueue %d messages: %w", len(ms), err)
	}
	if err := attach(ctx, tx, ms, fresh); err != nil {
		return nil, err
	}
	known, err := queryIDs(ctx, tx, `select message_key, id, encode(content_sha256, 'hex') from mail.outbox where message_key = any(@keys)`, pgx.NamedArgs{"keys": keys})
	if err != nil {
		return nil, fmt.Errorf("enqueue %d messages: %w", len(ms), err)
	}
	return matchIDs(rows, known)
}

// matchIDs finds each message's row, and the message that came with a key another one has.
func matchIDs(rows []queuedRow, known map[string]keyed) ([]int64, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		k := known[r.Key]
		if k.sha256 != r.SHA256 {
			return nil, fault.New(fault.Conflict, "enqueue message %q: another message was enqueued under this key", r.Key)
		}
		ids[i] = k.id
	}
	return ids, nil
}

type keyed struct {
	id     int64
	sha256 string
}

func queryIDs(ctx context.Context, tx pgx.Tx, sql string, args pgx.NamedArgs) (map[string]keyed, error) {
	rows, err := tx.Query(ctx, sql, args)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out := map[string]keyed{}
	var key string
	var k keyed
	_, err = pgx.ForEachRow(rows, []any{&key, &k.id, &k.sha256}, func() error {
		out[key] = k
		return nil
	})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	return out, nil
}

// attach writes the attachments of the messages that are new.
func attach(ctx context.Context, tx pgx.Tx, ms []Message, fresh map[string]keyed) error {
	var rows [][]any
	for _, m := range ms {
		k, ok := fresh[m.Key]
		if !ok {
			continue
		}
		delete(fresh, m.Key) // the same message twice in one batch has its attachments once
		for i, a := range m.Attachments {
			sum := sha256.Sum256(a.Content)
			content := a.Content
			if content == nil {
				content = []byte{}
			}
			rows = append(rows, []any{k.id, i + 1, a.Name, a.ContentType, content, sum[:], nil, nil})
		}
		for i, d := range m.Documents {
			rows = append(rows, []any{k.id, len(m.Attachments) + i + 1, "", "", nil, nil, d.Kind, d.Ref})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	columns := []string{"outbox_id", "position", "name", "content_type", "content", "sha256", "document_kind", "document_ref"}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"mail", "attachments"}, columns, pgx.CopyFromRows(rows)); err != nil {
		return fmt.Errorf("attach %d files: %w", len(rows), postgres.Fault(err))
	}
	return nil
}

func rowOf(m Message) queuedRow {
	// Hold is how it is to be treated, not what it says. A field added to Message later must vanish from this JSON when empty, or a
	// message enqueued before would look changed.
	content := m
	content.Hold = false
	b, err := json.Marshal(content)
	if err != nil {
		panic(err) // plain structs of strings and bytes
	}
	_, domain, _ := strings.Cut(m.From.Email, "@")
	r := queuedRow{Key: m.Key, MessageID: "<" + strings.ToLower(rand.Text()) + "@" + domain + ">", SHA256: fmt.Sprintf("%x", sha256.Sum256(b)),
		Sender: m.From, To: m.To, Cc: m.Cc, Subject: m.Subject, Text: m.Text, HTML: m.HTML, State: Queued}
	if m.Account != 0 {
		r.Account = &m.Account
	}
	if m.ReplyTo != (Address{}) {
		r.ReplyTo = &m.ReplyTo
	}
	if r.Cc == nil {
		r.Cc = []Address{}
	}
	if m.Hold {
		r.State = Held
	}
	return r
}

func nameOf(by access.Actor) string {
	if by.Email != "" {
		return by.Email
	}
	return by.Name
}

// Requeue puts a failed message back to be tried again from the start, or lets a held one go. A message that was sent is a
// fault.Conflict: sending once more is a new message with a new key.
func Requeue(ctx context.Context, tx pgx.Tx, id int64, by access.Actor) error {
	var key string
	var before State
	var account int64
	err := tx.QueryRow(ctx, `select message_key, state, coalesce(account_id, 0) from mail.outbox where id = @id for update`,
		pgx.NamedArgs{"id": id}).Scan(&key, &before, &account)
	if err != nil {
		return fmt.Errorf("requeue message %d: %w", id, postgres.Fault(err))
	}
	if before != Failed && before != Held {
		return fault.New(fault.Conflict, "requeue message %d: it is %s, only failed and held messages can be put back", id, before)
	}
	_, err = tx.Exec(ctx, `update mail.outbox set state = 'queued', tries = 0, next_attempt_at = 'epoch' where id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return fmt.Errorf("requeue message %d: %w", id, postgres.Fault(err))
	}
	return access.Audit(ctx, tx, by, "requeue", access.Subject{Kind: "mail", Key: key, Account: account},
		map[string]State{"state": before}, map[string]State{"state": Queued}, "")
}
