package journals

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Attach keeps a file with a journal: the calculation, the mail that asked for it. The same file again is fault.Conflict.
func Attach(ctx context.Context, tx pgx.Tx, id ID, name string, content []byte, by access.Actor) error {
	doing := fmt.Sprintf("attach a file to journal %d", id)
	if err := by.Require(Roles...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	j, err := Get(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	a, found := contracts.Paper(name, content)
	if len(found) > 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	_, err = tx.Exec(ctx, `
		insert into journals.attachments (journal_id, name, media_type, sha256, content, uploaded_by) values (@journal, @name, @type, @hash, @content, @by)`,
		pgx.NamedArgs{"journal": id, "name": a.Name, "type": a.MediaType, "hash": a.SHA256[:], "content": a.Content, "by": by.UserID})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	return access.Audit(ctx, tx, by, "journal.attach", j.Subject(), nil, map[string]any{"name": a.Name, "size": a.Size, "sha256": a.Hash()}, a.Name)
}

// Attachments lists the files of a journal, without their content.
func Attachments(ctx context.Context, q postgres.Querier, id ID) ([]contracts.Attachment, error) {
	rows, err := q.Query(ctx, `select id, name, media_type, length(content), sha256, uploaded_by, recorded_at from journals.attachments where journal_id = @id order by id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return nil, fmt.Errorf("list the attachments of journal %d: %w", id, postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a contracts.Attachment, err error) {
		var hash []byte
		err = row.Scan(&a.ID, &a.Name, &a.MediaType, &a.Size, &hash, &a.UploadedBy, &a.At)
		copy(a.SHA256[:], hash)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the attachments of journal %d: %w", id, postgres.Fault(err))
	}
	return found, nil
}

// LoadAttachment gives a file back, byte for byte: content that no longer has the hash it came with is an error.
func LoadAttachment(ctx context.Context, q postgres.Querier, id ID, file int64) (contracts.Attachment, error) {
	a := contracts.Attachment{ID: file}
	var hash []byte
	err := q.QueryRow(ctx, `select name, media_type, sha256, content from journals.attachments where journal_id = @journal and id = @file`,
		pgx.NamedArgs{"journal": id, "file": file}).Scan(&a.Name, &a.MediaType, &hash, &a.Content)
	if err != nil {
		return a, fmt.Errorf("read attachment %d of journal %d: %w", file, id, postgres.Fault(err))
	}
	copy(a.SHA256[:], hash)
	a.Size = len(a.Content)
	if sha256.Sum256(a.Content) != a.SHA256 {
		return a, fmt.Errorf("read attachment %d of journal %d: its content does not have the hash %s it was kept with", file, id, a.Hash())
	}
	return a, nil
}
