package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
)

// toJSON is a value as it is stored in a text column.
func toJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("a value that cannot be stored: %v", err)) // plain structs and slices always can
	}
	return string(raw)
}

// fromJSON reads a text column; what names it in errors.
func fromJSON(text, what string, into any) error {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("%s is damaged: %w", what, err)
	}
	return nil
}

// insertRow stores a new row.
func (s *Store) insertRow(ctx context.Context, r runner, row any) error {
	_, err := s.orm.NewInsert().Conn(r.orm()).Model(row).Exec(ctx)
	return err
}

// updateRow changes a row, all but its making; ErrNotFound if there is none.
func (s *Store) updateRow(ctx context.Context, r runner, row any) error {
	done, err := s.orm.NewUpdate().Conn(r.orm()).Model(row).ExcludeColumn("created_at").WherePK().Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, ErrNotFound)
	}
	return nil
}

// page reads rows of one account after an id, in the order of ids.
func page[Row any](ctx context.Context, s *Store, p Page) ([]Row, error) {
	var rows []Row
	q := s.orm.NewSelect().Model(&rows).Order("id").Limit(int64(p.limit()))
	if p.AccountID != "" {
		q = q.Where("account_id = ?", p.AccountID)
	}
	if p.After != "" {
		q = q.Where("id > ?", p.After)
	}
	return rows, q.Scan(ctx)
}

// Page asks for a part of a list in the order of ids.
type Page struct {
	// AccountID limits the list to one account; empty means all.
	AccountID string
	// After is the last id of the page before; empty begins the list.
	After string
	// Limit is 100 if it is not given, and 1000 at most.
	Limit int
}

func (p Page) limit() int {
	if p.Limit <= 0 {
		return 100
	}
	return min(p.Limit, 1000)
}

// each turns rows into what they stand for.
func each[Row, Item any](rows []Row, read func(*Row) (*Item, error)) ([]*Item, error) {
	out := make([]*Item, 0, len(rows))
	for i := range rows {
		item, err := read(&rows[i])
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, nil
}

// oneRow reads the row that a condition names; ErrNotFound if there is none.
func oneRow[Row any](ctx context.Context, s *Store, narrow func(*bun.SelectQuery) *bun.SelectQuery) (*Row, error) {
	var rows []Row
	if err := narrow(s.orm.NewSelect().Model(&rows)).Limit(1).Scan(ctx); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrNotFound
	}
	return &rows[0], nil
}

func byID(id string) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id = ?", id) }
}
