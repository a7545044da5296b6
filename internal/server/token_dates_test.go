package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/errcode"
)

// TestUserTokensByDate asks every cell of the table of OBFs and ZAKs over HTTP, one
// second before, at and one second after midnight UTC of both enforcement dates.
func TestUserTokensByDate(t *testing.T) {
	t.Parallel()
	validate := time.Date(2026, time.February, 7, 0, 0, 0, 0, time.UTC)
	require := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	const before, between, after = 0, 1, 2
	type outcome struct {
		code  int
		cause string
	}
	ok := outcome{}
	rows := []struct {
		token              string
		external, internal [3]outcome
	}{
		{"none", [3]outcome{before: ok, between: ok, after: {4012, "no_token"}}, [3]outcome{}},
		{"OBF valid", [3]outcome{}, [3]outcome{}},
		{
			"OBF malformed",
			[3]outcome{before: ok, between: {4013, "obf_malformed"}, after: {4013, "obf_malformed"}},
			[3]outcome{before: ok, between: {4013, "obf_malformed"}, after: {4013, "obf_malformed"}},
		},
		{
			"OBF expired",
			[3]outcome{before: ok, between: {4013, "obf_expired"}, after: {4013, "obf_expired"}},
			[3]outcome{before: ok, between: {4013, "obf_expired"}, after: {4013, "obf_expired"}},
		},
		{"ZAK valid", [3]outcome{}, [3]outcome{}},
		{
			"ZAK expired",
			[3]outcome{before: {3265, "expired"}, between: {3265, "expired"}, after: {4013, "zak_expired"}},
			[3]outcome{before: {3265, "expired"}, between: {3265, "expired"}, after: {3265, "expired"}},
		},
		{
			"ZAK malformed",
			[3]outcome{before: {3623, "malformed"}, between: {3623, "malformed"}, after: {4013, "zak_malformed"}},
			[3]outcome{before: {3623, "malformed"}, between: {3623, "malformed"}, after: {3623, "malformed"}},
		},
	}
	for _, moment := range []struct {
		at     time.Time
		period int
	}{
		{validate.Add(-time.Second), before},
		{validate, between},
		{validate.Add(time.Second), between},
		{require.Add(-time.Second), between},
		{require, after},
		{require.Add(time.Second), after},
	} {
		t.Run(moment.at.Format(time.RFC3339), func(t *testing.T) {
			t.Parallel()
			clock := clockwork.NewFakeClockAt(moment.at.Add(-hour))
			s := anteroomtest.Start(t, anteroomtest.WithClock(clock))
			ada := s.AddUser(anteroomtest.User{Email: "ada@test.example"})
			partner := s.AddApp(anteroomtest.App{Name: "Partner", Account: s.AddAccount("Partner Inc.").ID})
			exempt := s.AddApp(anteroomtest.App{Name: "Exempt", Account: s.AddAccount("Old friends").ID})
			s.Exempt(exempt)
			room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
			stale := map[string]string{"zak": s.ZAK(ada.ID, time.Minute)}
			for _, app := range []anteroomtest.App{partner, s.TestApp()} {
				stale[app.ID] = s.OBF(app, ada.ID, "", time.Minute)
			}
			clock.Advance(hour)
			expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(ada.ID, hour)}), 0, "") // the user is inside

			try := func(app anteroomtest.App, token string) anteroomtest.JoinResponse {
				j := anteroomtest.Join{Meeting: room.Number, Signature: s.SignAs(app, room.Number, 0), Extra: map[string]any{"deviceId": fmt.Sprintf("%s-%s", app.ID, token)}}
				switch token {
				case "none":
				case "OBF valid":
					j.OBF = s.OBF(app, ada.ID, "", hour)
				case "OBF malformed":
					j.OBF = "a.b.c"
				case "OBF expired":
					j.OBF = stale[app.ID]
				case "ZAK valid":
					j.ZAK = s.ZAK(s.AddUser(anteroomtest.User{Email: app.ID + "@test.example"}).ID, hour)
				case "ZAK malformed":
					j.ZAK = "rubbish"
				case "ZAK expired":
					j.ZAK = stale["zak"]
				default:
					t.Fatalf("no such token: %s", token)
				}
				return s.Join(j)
			}
			for _, row := range rows {
				for _, c := range []struct {
					who  string
					app  anteroomtest.App
					want outcome
				}{
					{"external", partner, row.external[moment.period]},
					{"internal", s.TestApp(), row.internal[moment.period]},
				} {
					a := try(c.app, row.token)
					if a.ErrorCode != c.want.code || a.Cause != c.want.cause {
						t.Errorf("%s, %s: want %d %s, got %s", row.token, c.who, c.want.code, c.want.cause, a.Body)
					}
					theReferencesBody(t, a)
				}
			}
			if a := try(exempt, "none"); a.ErrorCode != 0 {
				t.Errorf("an exempt app: %s", a.Body)
			}
		})
	}
}

// theReferencesBody compares the three fields of a 4012 or 4013, their order
// included, byte for byte. That the sentences are the reference's is errcode's to
// test.
func theReferencesBody(t *testing.T, a anteroomtest.JoinResponse) {
	t.Helper()
	if a.ErrorCode != 4012 && a.ErrorCode != 4013 {
		return
	}
	entry, _ := errcode.Lookup(errcode.Code(a.ErrorCode))
	want := fmt.Sprintf(`{"meetingStatus":3,"errorCode":%d,"errorMessage":"%s",`, a.ErrorCode, entry.Message)
	if !strings.HasPrefix(string(a.Body), want) {
		t.Errorf("want a body that begins %s, got %s", want, a.Body)
	}
}
