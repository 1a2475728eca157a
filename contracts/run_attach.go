package contracts

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Attach keeps a file with a version of a contract. About names a clause or a line of that version, or nothing. The
// same file again is fault.Conflict; a file that is not what its name says is fault.Invalid.
func Attach(ctx context.Context, tx pgx.Tx, number string, version int, name, about string, content []byte, by access.Actor) (Attachment, error) {
	doing := fmt.Sprintf("attach a file to contract %s", number)
	if err := by.Require(access.Sales, access.Finance); err != nil {
		return Attachment{}, fmt.Errorf("%s: %w", doing, err)
	}
	c, found, err := lockByNumber(ctx, tx, number)
	if err != nil || !found {
		return Attachment{}, fmt.Errorf("%s: %w", doing, orMissing(err, number))
	}
	a, wrong := paper(name, about, content)
	if version < 1 || version > len(c.History) {
		wrong = append(wrong, fault.Field{Path: "version", Value: fmt.Sprint(version), Message: fmt.Sprintf("must be a version there is: 1 to %d", len(c.History))})
	}
	if len(wrong) > 0 {
		return Attachment{}, fmt.Errorf("%s: %w", doing, fault.InvalidFields(wrong...))
	}
	a.Version, a.UploadedBy = version, by.UserID
	kept, err := Attachments(ctx, tx, c)
	if err != nil {
		return Attachment{}, fmt.Errorf("%s: %w", doing, err)
	}
	for _, k := range kept {
		if k.Version == version && k.SHA256 == a.SHA256 {
			return Attachment{}, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "the very same file is there already, as %s", k.Name))
		}
	}
	if a.ID, err = insertAttachment(ctx, tx, c, a); err != nil {
		return Attachment{}, fmt.Errorf("%s: %w", doing, err)
	}
	return a, access.Audit(ctx, tx, by, "contract.attach", c.subject(version), nil, map[string]any{
		"name": a.Name, "size": a.Size, "sha256": a.Hash(), "about": a.About,
	}, a.Name)
}

// LoadAttachment gives a file back, byte for byte: content that no longer has the hash it came with is an error.
func LoadAttachment(ctx context.Context, q postgres.Querier, c Contract, id int64) (Attachment, error) {
	a, err := readAttachment(ctx, q, c, id)
	if err != nil {
		return Attachment{}, fmt.Errorf("read attachment %d of contract %s: %w", id, c.Number, err)
	}
	if sha256.Sum256(a.Content) != a.SHA256 {
		return Attachment{}, fmt.Errorf("read attachment %d of contract %s: its content does not have the hash %s it was kept with", id, c.Number, a.Hash())
	}
	return a, nil
}
