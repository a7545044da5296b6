package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

// dump is every value of every table, as text, by "table.column".
func dump(t *testing.T, w *testDB, tables string) map[string]string {
	t.Helper()
	ctx := context.Background()
	out := map[string]string{}
	names, err := w.engine.db().QueryContext(ctx, tables)
	w.must(err)
	defer names.Close()
	for names.Next() {
		var table string
		w.must(names.Scan(&table))
		rows, err := w.engine.db().QueryContext(ctx, "SELECT * FROM "+table)
		w.must(err)
		columns, err := rows.Columns()
		w.must(err)
		for rows.Next() {
			values := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			w.must(rows.Scan(into...))
			for i, value := range values {
				switch text := value.(type) {
				case string:
					out[table+"."+columns[i]] += "\n" + text
				case []byte:
					out[table+"."+columns[i]] += "\n" + string(text)
				}
			}
		}
		w.must(rows.Err())
		rows.Close()
	}
	w.must(names.Err())
	return out
}

// Whoever gets the database without its key can join nothing with it.
func TestNoColumnHoldsASecretInPlainText(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *testDB) {
		ctx := t.Context()
		secrets := map[string]string{
			"an app's secret": "app-secret-4711", "a development secret": "dev-secret-4711", "a secret of before": "old-secret-4711",
			"a webhook's secret": "hook-secret-4711", "a host key": "host-key-4711", "a passcode": "passcode-4711", "a passcode's link form": "p_link-4711",
			"a changed passcode": "changed-4711",
		}
		a := w.account()
		w.must(w.CreateApp(ctx, &account.App{
			AccountID: a.ID, Name: "Classroom", Key: "key", Secret: secrets["an app's secret"], DevSecret: secrets["a development secret"],
			PreviousSecret: secrets["a secret of before"], WebhookSecret: secrets["a webhook's secret"],
		}))
		w.must(w.CreateUser(ctx, &account.User{AccountID: a.ID, Email: "ann@example.com", HostKey: secrets["a host key"]}))
		for i, passcode := range []string{"a passcode", "a changed passcode"} {
			m := &meeting.Meeting{
				Number: []string{"123456789", "123456780"}[i], AccountID: a.ID, HostID: "h", Topic: "Algebra",
				Passcode: secrets["a passcode"], PasscodeLink: secrets["a passcode's link form"],
			}
			w.must(w.CreateMeeting(ctx, m))
			m.Passcode = secrets[passcode]
			w.must(w.UpdateMeeting(ctx, m))
			read, err := w.MeetingByNumber(ctx, m.Number)
			w.must(err)
			if read.Passcode != secrets[passcode] || read.PasscodeLink != secrets["a passcode's link form"] {
				t.Errorf("read back: %q %q", read.Passcode, read.PasscodeLink)
			}
		}
		own, err := w.Secret(ctx, "resume")
		w.must(err)
		secrets["an installation's secret"] = string(own)

		tables := `SELECT name FROM sqlite_master WHERE type = 'table'`
		if strings.HasPrefix(w.url, "postgres") {
			tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`
		}
		columns := dump(t, w, tables)
		if !strings.Contains(columns["meetings.topic"], "Algebra") {
			t.Fatal("the dump is empty: it proves nothing")
		}
		for column, text := range columns {
			for what, secret := range secrets {
				if strings.Contains(text, secret) || strings.Contains(text, hex.EncodeToString([]byte(secret))) {
					t.Errorf("%s holds %s in plain text", column, what)
				}
			}
		}
	})
}

// A database of before holds passcodes in plain text until it is opened.
func TestPasscodesOfBeforeAreSealed(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *testDB) {
		ctx := t.Context()
		m := w.meeting()
		open := w.meetingOf(w.account(), "host")
		_, err := w.engine.db().ExecContext(ctx, "UPDATE meetings SET passcode = 'plain-4711', passcode_link = 'p_plain-4711' WHERE number = '"+m.Number+"'")
		w.must(err)
		_, err = w.engine.db().ExecContext(ctx, "DELETE FROM meta WHERE name = 'passcodes'")
		w.must(err)
		w.must(w.Close())
		w.Store = w.open(nil)
		read, err := w.MeetingByNumber(ctx, m.Number)
		w.must(err)
		if read.Passcode != "plain-4711" || read.PasscodeLink != "p_plain-4711" {
			t.Errorf("read back: %q %q", read.Passcode, read.PasscodeLink)
		}
		if read, err := w.MeetingByNumber(ctx, open.Number); err != nil || read.Passcode != "" || read.PasscodeLink != "" {
			t.Errorf("a meeting without a passcode: %q %q %v", read.Passcode, read.PasscodeLink, err)
		}
		for _, column := range []string{"passcode", "passcode_link"} {
			var left int
			w.must(w.engine.db().QueryRowContext(ctx, "SELECT COUNT(*) FROM meetings WHERE "+column+" <> ''").Scan(&left))
			if left > 0 {
				t.Errorf("%d rows hold %s in plain text", left, column)
			}
		}
		if strings.HasPrefix(w.url, "postgres") {
			return
		}
		w.must(w.Close())
		files, err := filepath.Glob(w.url + "*")
		w.must(err)
		for _, file := range files {
			raw, err := os.ReadFile(file)
			w.must(err)
			if bytes.Contains(raw, []byte("plain-4711")) {
				t.Errorf("%s still holds the passcode", filepath.Base(file))
			}
		}
	})
}
