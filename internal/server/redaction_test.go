package server_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/anteroom/anteroom/anteroomtest"
)

// TestSecretsOfAJoinAreStoredNowhere puts a secret into each option that may carry
// one, lets the joins be admitted or refused, and then searches whatever the
// server wrote.
func TestSecretsOfAJoinAreStoredNowhere(t *testing.T) {
	t.Parallel()
	log, folder := &lines{}, t.TempDir()
	s := anteroomtest.Start(t, anteroomtest.WithFolder(folder), anteroomtest.WithLogger(slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup", Password: "right-passcode"})
	open := s.AddMeeting(anteroomtest.Meeting{Topic: "Open"})
	stray := s.AddApp(anteroomtest.App{Name: "Stray"})
	zak, tk := s.HostZAK(), "tk-that-opens-a-webinar-7f3a"
	obf := s.OBF(s.TestApp(), s.HostID(), "", hour)
	// The first admitted join comes back with what would take its participant over.
	first := s.Join(anteroomtest.Join{Meeting: open.Number})
	expect(t, first, 0, "")

	signed := s.Sign(room.Number, 0)
	hmac := func(token string) string { return token[strings.LastIndexByte(token, '.')+1:] }
	keyed := s.SignAs(anteroomtest.App{SDKKey: stray.SDKSecret, SDKSecret: stray.SDKSecret}, room.Number, 0)
	joins := []struct {
		join    anteroomtest.Join
		secrets []string
	}{
		{anteroomtest.Join{Meeting: room.Number, Password: "wrong-passcode-51c2"}, []string{"wrong-passcode-51c2"}},
		{anteroomtest.Join{Meeting: room.Number, Password: "right-passcode", Signature: signed}, []string{hmac(signed)}},
		{anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: zak}, []string{zak, hmac(zak)}},
		{anteroomtest.Join{Meeting: room.Number, ZAK: zak[:len(zak)-3]}, []string{hmac(zak)[:30]}},
		{anteroomtest.Join{Meeting: room.Number, OBF: obf, Password: "right-passcode"}, []string{obf, hmac(obf)}},
		{anteroomtest.Join{Meeting: room.Number, Extra: map[string]any{"tk": tk, "recordingToken": "recording-token-90ab"}}, []string{tk, "recording-token-90ab"}},
		{anteroomtest.Join{Meeting: open.Number, Extra: map[string]any{"resumeToken": first.ResumeToken}}, []string{first.ResumeToken}},
		{anteroomtest.Join{Meeting: room.Number, Signature: "not-a-token-" + s.SDKSecret}, []string{s.SDKSecret}},
		{anteroomtest.Join{Meeting: room.Number, Signature: keyed}, []string{stray.SDKSecret, strings.Split(keyed, ".")[1]}},
		{anteroomtest.Join{Meeting: "h.example/j/" + room.Number + "?pwd=p_link-secret", Signature: signed}, []string{"p_link-secret"}},
		{anteroomtest.Join{Meeting: room.Number, Password: "https://h.example/?pwd=p_0123456789abcdefghijABCDEFGH.1"}, []string{"p_0123456789abcdefghij"}},
		{anteroomtest.Join{Meeting: room.Number, Extra: map[string]any{"apiKey": stray.SDKSecret}}, []string{stray.SDKSecret}},
	}
	for _, c := range joins {
		s.Join(c.join)
	}
	recorded := get(t, s.URL+"/dev/v1/attempts")
	if n := strings.Count(recorded, `"code":`); n < len(joins) {
		t.Fatalf("only %d joins were recorded: %s", n, recorded)
	}
	token := first.Realtime.Token
	joins[0].secrets = append(joins[0].secrets, token, first.Media.Token)
	get(t, s.URL+"/healthz?access_token="+token)
	s.Close()
	checkLog(t, log.bytes(), len(joins))

	written := map[string][]byte{"the log": log.bytes(), "the list of attempts": []byte(recorded)}
	files, err := filepath.Glob(filepath.Join(folder, "anteroom.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no database to search: %v", err)
	}
	for _, file := range files {
		if written[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Contains(written["anteroom.db"], []byte("[19 characters]")) {
		t.Fatal("the database does not hold the attempts: searching it proves nothing")
	}
	for _, c := range joins {
		for _, secret := range c.secrets {
			for where, text := range written {
				if len(secret) < 8 || bytes.Contains(text, []byte(secret)) {
					t.Errorf("%s holds %q", where, secret)
				}
			}
		}
	}
}

// lines is a log that several goroutines write.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.text.Bytes())
}

// checkLog wants each join and each request in the log, as JSON and without query
// strings.
func checkLog(t *testing.T, log []byte, joins int) {
	t.Helper()
	count := map[string]int{}
	for line := range bytes.Lines(log) {
		var said struct {
			Msg, Attempt, Cause, Path, Method string
			Code, Status                      int
		}
		if err := json.Unmarshal(line, &said); err != nil {
			t.Fatalf("not JSON: %s", line)
		}
		count[said.Msg]++
		switch said.Msg {
		case "join refused", "unsigned join refused":
			if said.Attempt == "" || said.Code == 0 || said.Cause == "" {
				t.Errorf("not all of it: %s", line)
			}
		case "request":
			count[said.Path]++
			if said.Method == "" || said.Status == 0 || strings.Contains(said.Path, "?") {
				t.Errorf("odd request: %s", line)
			}
		}
	}
	if all := count["join refused"] + count["unsigned join refused"] + count["join admitted"]; all != joins+1 || count["join admitted"] < 2 || count["/sdk/v1/join"] != joins+1 {
		t.Errorf("%d joins and %d requests of them in the log, want %d: %v", all, count["/sdk/v1/join"], joins+1, count)
	}
	if count["/healthz"] != 1 || count["session begun"] == 0 {
		t.Errorf("missing in the log: %v", count)
	}
}
