package server

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/anteroom/anteroom/internal/httpapi"
	"github.com/anteroom/anteroom/internal/store"
)

// attempts is the store's log of joins as the HTTP face shows it.
type attempts struct{ store *store.Store }

func (a attempts) List(ctx context.Context, q httpapi.AttemptQuery) ([]httpapi.AttemptView, string, error) {
	filter := store.AttemptFilter{Limit: q.Limit, Cursor: q.Cursor, Meeting: q.Meeting}
	if q.Code != nil {
		code := int(*q.Code)
		filter.Code = &code
	}
	records, next, err := a.store.Attempts(ctx, filter)
	views := make([]httpapi.AttemptView, len(records))
	for i, r := range records {
		views[i] = attemptView(r)
	}
	return views, next, err
}

func (a attempts) Get(ctx context.Context, id string) (*httpapi.AttemptView, error) {
	record, err := a.store.Attempt(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	view := attemptView(record)
	return &view, nil
}

func attemptView(r *store.AttemptRecord) httpapi.AttemptView {
	view := httpapi.AttemptView{
		ID: r.ID, At: r.At, MeetingNumber: r.MeetingNumber, Code: r.Code, Name: r.Name, Cause: r.Cause, View: r.View,
		App: r.AppName, UserName: r.UserName, RemoteIP: r.RemoteIP, JoinID: r.JoinID, Skipped: r.Skipped,
	}
	var detail struct{ Request, Verdict json.RawMessage }
	if len(r.Detail) > 0 && json.Unmarshal(r.Detail, &detail) == nil {
		view.Request, view.Verdict = detail.Request, detail.Verdict
	}
	return view
}
