package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

func insertAttachment(ctx context.Context, tx pgx.Tx, c Contract, a Attachment) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		insert into contracts.attachments
			(account_id, contract_id, version, name, media_type, sha256, content, about, uploaded_by)
		values (@account, @contract, @version, @name, @type, @hash, @content, @about, @by)
		returning id`, pgx.NamedArgs{
		"account": c.Account, "contract": c.ID, "version": a.Version, "name": a.Name, "type": a.MediaType,
		"hash": a.SHA256[:], "content": a.Content, "about": a.About, "by": a.UploadedBy,
	}).Scan(&id)
	return id, postgres.Fault(err)
}

// Attachments lists the files of a contract, without their content, in the order they came.
func Attachments(ctx context.Context, q postgres.Querier, c Contract) ([]Attachment, error) {
	rows, err := q.Query(ctx, `
		select id, version, name, media_type, length(content), sha256, about, uploaded_by, recorded_at
		from contracts.attachments
		where account_id = @account and contract_id = @contract
		order by id`, pgx.NamedArgs{"account": c.Account, "contract": c.ID})
	if err != nil {
		return nil, fmt.Errorf("list the attachments of contract %s: %w", c.Number, postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Attachment, error) {
		var a Attachment
		var hash []byte
		err := row.Scan(&a.ID, &a.Version, &a.Name, &a.MediaType, &a.Size, &hash, &a.About, &a.UploadedBy, &a.At)
		copy(a.SHA256[:], hash)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the attachments of contract %s: %w", c.Number, postgres.Fault(err))
	}
	return found, nil
}

func readAttachment(ctx context.Context, q postgres.Querier, c Contract, id int64) (Attachment, error) {
	a := Attachment{ID: id}
	var hash []byte
	err := q.QueryRow(ctx, `
		select version, name, media_type, sha256, content, about, uploaded_by, recorded_at
		from contracts.attachments
		where account_id = @account and contract_id = @contract and id = @id`, pgx.NamedArgs{
		"account": c.Account, "contract": c.ID, "id": id,
	}).Scan(&a.Version, &a.Name, &a.MediaType, &hash, &a.Content, &a.About, &a.UploadedBy, &a.At)
	copy(a.SHA256[:], hash)
	a.Size = len(a.Content)
	return a, postgres.Fault(err)
}
