package admission

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/signature"
)

// fault is one way to be refused, for one cause.
type ruleCase struct {
	rule   string // the rule's ID
	cause  string
	change func(*fixture)
	// also reports that the change breaks further rules too.
	also bool
}

func forgeRole(c *fixture, role string) {
	c.raw = rawToken(c, `{"appKey":"`+testKey+`","mn":"`+testNumber+`",`+role+`"iat":`+unix(c.now.Add(-30*time.Second))+`,"exp":`+unix(c.now.Add(2*time.Hour))+`}`)
}

var ruleCases = []ruleCase{
	{"options", "meetingNumber_missing", func(c *fixture) { c.a.MeetingNumber = "" }, false},
	{"options", "signature_missing", func(c *fixture) { c.raw = " " }, false},
	{"options", "userName_too_long", func(c *fixture) {
		c.a.Invalid = []InvalidOption{{Field: "userName", Cause: "userName_too_long", Evidence: "long"}}
	}, false},
	{"version", "below_platform_minimum", func(c *fixture) { c.s.Policy.MinSDKVersion = "5.2" }, false},

	{"app_known", "unknown_key", func(c *fixture) { c.s.App = nil }, false},
	{"app_known", "key_whitespace", func(c *fixture) { c.s.App = nil; c.s.KeyWhitespace = true }, false},
	{"app_known", "key_is_secret", func(c *fixture) { c.s.App = nil; c.s.KeyIsSecret = true }, false},
	{"app_known", "key_of_other_kind", func(c *fixture) { c.s.App.Kind = account.AppServerToServer }, false},
	{"app_known", "app_deleted", func(c *fixture) { c.s.App.DeletedAt = c.now.Add(-time.Hour) }, false},
	{"app_enabled", "app_disabled", func(c *fixture) { c.s.App.Enabled = false }, false},
	{"app_enabled", "account_suspended", func(c *fixture) { c.s.Owner = &account.Account{ID: "acc-home", Name: "Home", Suspended: true} }, false},
	{"signature", "not_a_jwt", func(c *fixture) { c.raw = "rubbish" }, false},
	{"signature", "placeholder", func(c *fixture) { c.raw = "undefined" }, false},
	{"signature", "unknown_secret", func(c *fixture) { c.sign.Secret = "another-secret-0123456789abcdef00" }, false},
	{"signature", "mn_other_meeting", func(c *fixture) { c.sign.MeetingNumber = "123456789" }, false},
	{"signature", "iat_in_future", func(c *fixture) {
		c.sign.IssuedAt, c.sign.ExpiresAt = c.now.Add(94*time.Second), c.now.Add(2*time.Hour)
	}, false},
	{"token_time", "expired", func(c *fixture) {
		c.sign.IssuedAt, c.sign.ExpiresAt = c.now.Add(-2*time.Hour), c.now
	}, true},
	{"token_time", "token_exp_expired", func(c *fixture) {
		c.raw = rawToken(c, `{"appKey":"`+testKey+`","mn":"`+testNumber+`","role":0,"iat":`+unix(c.now.Add(-time.Hour))+
			`,"exp":`+unix(c.now.Add(time.Hour))+`,"tokenExp":`+unix(c.now.Add(-time.Minute))+`}`)
	}, false},
	{"role", "role_missing", func(c *fixture) { forgeRole(c, "") }, false},
	{"role", "role_not_0_or_1", func(c *fixture) { forgeRole(c, `"role":5,`) }, false},
	{"role", "role_wrong_type", func(c *fixture) { forgeRole(c, `"role":true,`) }, false},
	{"permission", "sdk_feature_off", func(c *fixture) { c.s.App.MeetingSDK = false }, false},
	{"permission", "origin_not_allowed", func(c *fixture) {
		c.s.App.AllowedOrigins, c.a.Origin = []string{"https://school.example"}, "https://evil.example"
	}, false},
	{"permission_grant", "scope_withdrawn", func(c *fixture) { c.zak(c.other); c.s.ZAK.Withdrawn = "scope_withdrawn" }, false},
	{"permission_grant", "app_uninstalled", func(c *fixture) { c.obf(); c.s.OBF.Withdrawn = "app_uninstalled" }, false},

	{"meeting_known", "unknown_number", func(c *fixture) { c.s.Meeting = nil }, false},
	{"meeting_exists", "deleted", func(c *fixture) { c.s.Meeting.DeletedAt = c.now.Add(-time.Hour) }, false},
	{"meeting_exists", "expired", func(c *fixture) {
		c.notRunning()
		c.s.Meeting.Settings.JoinBeforeHost = true
		c.s.Meeting.StartsAt = c.now.Add(-ExpiresAfterOccurrence - c.s.Meeting.Duration)
	}, false},
	{"host_exists", "host_deleted", func(c *fixture) { c.s.Host = nil }, false},
	{"host_member", "host_left_account", func(c *fixture) { c.host.AccountID = "acc-new" }, false},
	{"host_member", "host_pending", func(c *fixture) { c.host.Status = account.UserPending }, false},
	{"host_active", "host_inactive", func(c *fixture) { c.host.Status = account.UserInactive }, false},
	{"host_active", "account_suspended", func(c *fixture) {
		c.s.Account = &account.Account{ID: "acc-home", Name: "Home", Suspended: true}
	}, false},
	{"account_version", "below_account_minimum", func(c *fixture) { c.s.Account.Settings.MinSDKVersion = "6.0.0" }, false},
	{"web_client", "web_client_off", func(c *fixture) { c.s.Account.Settings.WebClientOff = true }, false},
	{"browser_join", "browser_join_off", func(c *fixture) { c.s.Meeting.Settings.BrowserJoinOff = true }, false},
	{"browser_join", "end_to_end_encrypted", func(c *fixture) { c.s.Meeting.Settings.EndToEndEncrypted = true }, false},
	{"audio", "tsp_audio_only", func(c *fixture) { c.s.Meeting.Settings.Audio = "third_party" }, false},

	{"zak_readable", "malformed", func(c *fixture) { c.badZAK("malformed") }, false},
	{"zak_readable", "forged", func(c *fixture) { c.badZAK("forged") }, false},
	{"zak_readable", "wrong_token_kind", func(c *fixture) { c.badZAK("wrong_token_kind") }, false},
	{"zak_valid", "expired", func(c *fixture) { c.badZAK("expired") }, false},
	{"zak_valid", "revoked", func(c *fixture) { c.badZAK("revoked") }, false},
	{"zak_valid", "user_inactive", func(c *fixture) { c.badZAK("user_inactive") }, false},
	{"start_webinar", "no_host_credentials", func(c *fixture) { c.webinar(); c.start(); c.a.UserEmail = c.host.Email }, false},
	{"start_webinar", "not_host", func(c *fixture) { c.webinar(); c.start(); c.zak(c.other) }, false},
	{"start_webinar", "obf_cannot_start", func(c *fixture) { c.webinar(); c.start(); c.obf() }, false},
	{"start_meeting", "no_zak", func(c *fixture) { c.start() }, false},
	{"start_meeting", "not_host", func(c *fixture) { c.start(); c.zak(c.other) }, false},
	{"start_meeting", "obf_cannot_start", func(c *fixture) { c.start(); c.obf() }, false},
	{"start_licence", "host_busy", func(c *fixture) {
		c.asHost()
		c.notRunning()
		c.s.HostLive = 1
		c.s.HostElsewhere = &Presence{MeetingNumber: "987654321"}
	}, false},
	{"email", "email_missing", func(c *fixture) { c.webinar(); c.a.UserEmail = "" }, false},
	{"email_blocked", "domain_blocked", func(c *fixture) {
		c.a.UserEmail = "eve@Blocked.example"
		c.s.Account.Settings.BlockedDomains = []string{"blocked.example"}
	}, false},
	{"email_blocked", "address_blocked", func(c *fixture) {
		c.a.UserEmail = "eve@school.example"
		c.s.Meeting.Settings.BlockedAddresses = []string{"Eve@school.example"}
	}, false},
	{"email_blocked", "registrant_denied", func(c *fixture) {
		c.registration()
		c.s.TK = RegistrantFacts{Given: true, Fault: "registrant_denied"}
	}, false},
	{"registration", "tk_missing", func(c *fixture) { c.registration() }, false},
	{"registration", "tk_other_meeting", func(c *fixture) { c.registration(); c.s.TK = RegistrantFacts{Given: true, Fault: "tk_other_meeting"} }, false},
	{"registration", "tk_other_person", func(c *fixture) { c.registration(); c.tk(); c.zak(c.other) }, false},
	{"registration", "tk_pending", func(c *fixture) { c.registration(); c.s.TK = RegistrantFacts{Given: true, Fault: "tk_pending"} }, false},
	{"registration", "tk_cancelled", func(c *fixture) { c.registration(); c.s.TK = RegistrantFacts{Given: true, Fault: "tk_cancelled"} }, false},
	{"registration", "registrant_id_as_tk", func(c *fixture) {
		c.registration()
		c.s.TK = RegistrantFacts{Given: true, Fault: "registrant_id_as_tk"}
	}, false},
	{"login", "zak_missing", func(c *fixture) { c.s.Meeting.Settings.SignedInOnly = true }, false},
	{"login", "obf_is_no_login", func(c *fixture) { c.s.Meeting.Settings.SignedInOnly = true; c.obf() }, false},
	{"login", "zak_expired", func(c *fixture) { c.external(); c.s.Meeting.Settings.SignedInOnly = true; c.badZAK("expired") }, true},
	{"login", "zak_invalid", func(c *fixture) { c.external(); c.s.Meeting.Settings.SignedInOnly = true; c.badZAK("forged") }, true},
	{"login", "domain_not_allowed", func(c *fixture) {
		c.s.Meeting.Settings.SignedInOnly = true
		c.s.Account.Settings.SignInDomains = []string{"staff.example"}
		c.zak(c.other)
	}, false},
	{"passcode", "passcode_missing", func(c *fixture) { c.passcode() }, false},
	{"passcode", "passcode_wrong", func(c *fixture) { c.passcode(); c.give("654321") }, false},
	{"passcode", "option_misspelt", func(c *fixture) { c.passcode(); c.a.PasswordOption = "passWord" }, false},
	{"passcode", "link_form_damaged", func(c *fixture) { c.passcode(); c.give(c.s.Meeting.PasscodeLink[:24]) }, false},
	{"passcode", "throttled", func(c *fixture) {
		c.passcode()
		c.give("123456")
		c.s.PasscodeFailures, c.s.PasscodeRetryAfter = MaxPasscodeAttempts, time.Minute
	}, false},
	{"simulive", "simulive_ended", func(c *fixture) { c.simulive(c.now.Add(-time.Hour)) }, false},
	{"ended", "ended_by_host", func(c *fixture) {
		c.s.Meeting.Kind = meeting.KindInstant
		c.s.Meeting.Settings.JoinBeforeHost = true
		c.ended(9*time.Minute, meeting.EndedByHost)
	}, false},
	{"ended", "duration_limit", func(c *fixture) {
		c.s.Meeting.Kind = meeting.KindInstant
		c.s.Meeting.Settings.JoinBeforeHost = true
		c.ended(time.Hour, meeting.EndedDuration)
	}, false},
	{"ended", "occurrence_over", func(c *fixture) {
		c.s.Meeting.Settings.JoinBeforeHost = true
		c.s.Meeting.StartsAt = c.now.Add(-5 * time.Hour)
		c.ended(time.Hour, meeting.EndedEmpty)
	}, false},
	{"started", "host_not_here", func(c *fixture) { c.notRunning() }, false},
	{"started", "too_early", func(c *fixture) {
		c.notRunning()
		c.s.Meeting.StartsAt = c.now.Add(time.Hour)
		c.s.Meeting.Settings.JoinBeforeHost = true
		c.s.Meeting.Settings.JoinBeforeHostWindow = 5 * time.Minute
	}, false},
	{"started", "practice_session", func(c *fixture) { c.webinar(); c.s.Session.Practice = true }, false},
	{"started", "host_joined_as_participant", func(c *fixture) { c.notRunning(); c.zak(c.host) }, false},

	{"app_allowed", "blocked_by_admin", func(c *fixture) { c.s.Account.Settings.BlockedSDKKeys = []string{testKey} }, false},
	{"cross_account", "app_not_published", func(c *fixture) { c.external(); c.s.App.Published = false; c.zak(c.other) }, false},
	{"anonymous", "no_token", func(c *fixture) { c.external() }, false},
	{"user_token", "obf_malformed", func(c *fixture) { c.badOBF("malformed") }, false},
	{"user_token", "obf_forged", func(c *fixture) { c.badOBF("forged") }, false},
	{"user_token", "obf_wrong_kind", func(c *fixture) { c.badOBF("wrong_token_kind") }, false},
	{"user_token", "obf_expired", func(c *fixture) { c.badOBF("expired") }, false},
	{"user_token", "obf_revoked", func(c *fixture) { c.badOBF("revoked") }, false},
	{"user_token", "obf_other_app", func(c *fixture) { c.obf(); c.s.OBF.AppID = "app-2" }, false},
	{"user_token", "obf_other_meeting", func(c *fixture) { c.obf(); c.s.OBF.MeetingNumber = "123456789" }, false},
	{"user_token", "zak_malformed", func(c *fixture) { c.external(); c.badZAK("malformed") }, false},
	{"user_token", "zak_forged", func(c *fixture) { c.external(); c.badZAK("forged") }, false},
	{"user_token", "zak_wrong_kind", func(c *fixture) { c.external(); c.badZAK("wrong_token_kind") }, false},
	{"user_token", "zak_expired", func(c *fixture) { c.external(); c.badZAK("expired") }, false},
	{"user_token", "zak_revoked", func(c *fixture) { c.external(); c.badZAK("user_inactive") }, false},
	{"user_present", "authorizing_user_absent", func(c *fixture) { c.obf(); c.s.AuthorizerInside = false }, false},
	{"removed", "not_admitted", func(c *fixture) {
		c.a.DeviceID = "d"
		c.s.Removed = []RemovedIdentity{{Name: "Ada", At: c.now.Add(-time.Minute), Claims: meeting.IdentityClaims{DeviceID: "d"}, Waiting: true}}
	}, false},
	{"removed", "removed_by_host", func(c *fixture) {
		c.a.DeviceID = "d"
		for _, claims := range []meeting.IdentityClaims{{DeviceID: "d"}, {UserID: c.other.ID}, {AppID: "app-1", OBFID: "obf-0", AuthorizerID: c.other.ID}} {
			c.s.Removed = append(c.s.Removed, RemovedIdentity{Name: "Ada", At: c.now.Add(-time.Minute), Claims: claims})
		}
	}, false},
	{"barriers", "barrier", func(c *fixture) {
		c.s.Account.Settings.Barriers = [][2]string{{"sales", "research"}}
		c.other.Groups, c.host.Groups = []string{"research"}, []string{"sales"}
		c.zak(c.other)
	}, false},
	{"locked", "locked", func(c *fixture) { c.s.Session.Locked = true }, false},
	{"duplicate", "already_inside", func(c *fixture) {
		c.zak(c.other)
		c.s.Inside = &Presence{Connected: true, Participant: &meeting.Participant{Name: "Ada", Claims: meeting.IdentityClaims{AppID: "app-2"}}}
	}, false},
	{"elsewhere", "other_meeting_live", func(c *fixture) {
		c.zak(c.other)
		c.s.Elsewhere = &Presence{MeetingNumber: "987654321", Topic: "Physics"}
	}, false},
	{"capacity", "full", func(c *fixture) { c.s.Session.Participants = 100 }, false},
}

func ruleByID(t *testing.T, id string) (int, *Rule) {
	t.Helper()
	i := slices.IndexFunc(Rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		t.Fatalf("no rule %q", id)
	}
	return i, &Rules[i]
}

func TestTheSceneIsAdmitted(t *testing.T) {
	v := newFixture().decide(t)
	if !v.Admitted() {
		t.Fatalf("refused: %+v", v.Decision)
	}
	if len(v.Passed) != len(Rules) {
		t.Errorf("%d of %d rules passed: %v", len(v.Passed), len(Rules), v.Passed)
	}
}

func TestEveryCause(t *testing.T) {
	for _, tc := range ruleCases {
		t.Run(tc.rule+"/"+tc.cause, func(t *testing.T) {
			_, rule := ruleByID(t, tc.rule)
			c := newFixture()
			tc.change(c)
			v := c.decide(t)
			d := v.Decision
			if d == nil {
				t.Fatal("admitted")
			}
			if d.Code != rule.Code || d.Cause != tc.cause || d.Step != rule.Step {
				t.Fatalf("got %v %s in %s (%s), want %v %s", d.Code, d.Cause, d.Step, d.Evidence, rule.Code, tc.cause)
			}
			if len(v.AlsoFailing) > 0 && !tc.also {
				t.Errorf("fails further rules: %+v", v.AlsoFailing)
			}
			if d.Evidence == "" || d.Remedy == "" || d.Name == "" {
				t.Errorf("incomplete: %+v", d)
			}
			if strings.Contains(d.Evidence, testSecret) || strings.Contains(d.Evidence, "%!") {
				t.Errorf("evidence: %s", d.Evidence)
			}
			if _, ok := errcode.CauseOf(d.Code, d.Cause); !ok && d.Cause != "origin_not_allowed" {
				t.Errorf("the catalogue does not know cause %s of %v", d.Cause, d.Code)
			}
			if slices.Contains(v.Passed, rule.ID) {
				t.Errorf("%s passed and failed", rule.ID)
			}
			if rule.Causes != nil && !slices.Contains(rule.Causes, d.Cause) {
				t.Errorf("the rule does not list %s", d.Cause)
			}
		})
	}
}

func TestEveryCauseOfEveryRuleHasACase(t *testing.T) {
	for i := range Rules {
		for _, cause := range Rules[i].Causes {
			if !slices.ContainsFunc(ruleCases, func(c ruleCase) bool { return c.rule == Rules[i].ID && c.cause == cause }) {
				t.Errorf("%s has no case for %s", Rules[i].ID, cause)
			}
		}
	}
	for _, e := range errcode.All() {
		for _, cause := range e.Causes {
			listed := slices.ContainsFunc(Rules, func(r Rule) bool {
				return r.Code == e.Code && (r.Causes == nil || slices.Contains(r.Causes, cause.ID))
			})
			// "empty" is sent to those inside when everybody else has left.
			if !listed && cause.ID != "empty" && (e.Where == errcode.GateWhere || e.Where == errcode.RoomWhere) && e.Code != errcode.ServerError {
				t.Errorf("no rule raises %v %s", e.Code, cause.ID)
			}
		}
	}
}

// TestTheOrderIsTheContracts states the order anew, so that a moved rule is seen.
func TestTheOrderIsTheContracts(t *testing.T) {
	want := []errcode.Code{
		4003, 10000, 3704, 3710, 3712, 3705, 3708, 3713, 3713,
		3001, 3610, 3702, 3709, 3625, 10000, 3603, 3611, 3608,
		3623, 3265, 3624, 3003, 3711, 3000, 3620, 3099, 3100, 3004, 13208, 4004, 3008,
		6603, 4011, 4012, 4013, 4017, 3009, 4007, 4006, 4008, 3005, 4005,
	}
	var got []errcode.Code
	ids := map[string]bool{}
	for _, r := range Rules {
		got = append(got, r.Code)
		if ids[r.ID] {
			t.Errorf("two rules are called %s", r.ID)
		}
		ids[r.ID] = true
		if e, _ := errcode.Lookup(r.Code); e.Where != r.Where && r.ID != "elsewhere" && r.ID != "options" {
			t.Errorf("%s: where is %s, in the catalogue %s", r.ID, r.Where, e.Where)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if len(Rules) >= 64 {
		t.Error("more rules than bits")
	}
}

// TestTheEarlierFaultDecides puts every two faults together. Where both are still
// there, the one whose rule comes first is reported first.
func TestTheEarlierFaultDecides(t *testing.T) {
	together := 0
	for i, first := range ruleCases {
		for _, second := range ruleCases[i+1:] {
			at, _ := ruleByID(t, first.rule)
			after, _ := ruleByID(t, second.rule)
			if at == after {
				continue
			}
			// In either order: some changes overwrite what others have set.
			for _, change := range [][2]func(*fixture){{first.change, second.change}, {second.change, first.change}} {
				c := newFixture()
				func() {
					defer func() {
						if recover() != nil { // the two changes exclude each other
							c = nil
						}
					}()
					change[0](c)
					change[1](c)
				}()
				if c == nil {
					continue
				}
				v := c.decide(t)
				if v.Admitted() {
					continue // the second change heals the first, such as the host's ZAK a missing one
				}
				all := append([]Finding{*v.Decision}, v.AlsoFailing...)
				a := slices.IndexFunc(all, func(f Finding) bool { return f.Cause == first.cause && f.Step == Rules[at].Step })
				b := slices.IndexFunc(all, func(f Finding) bool { return f.Cause == second.cause && f.Step == Rules[after].Step })
				if a >= 0 && b >= 0 {
					together++
					if a > b {
						t.Errorf("%s/%s is reported after %s/%s", first.rule, first.cause, second.rule, second.cause)
					}
				}
			}
		}
	}
	if together < 2000 {
		t.Errorf("only %d pairs came together", together)
	}
}

// TestNamedPairs pins the neighbours that people argue about.
func TestNamedPairs(t *testing.T) {
	byName := map[string]func(*fixture){}
	for _, tc := range ruleCases {
		byName[tc.rule+"/"+tc.cause] = tc.change
	}
	for _, pair := range [][2]string{
		{"signature/unknown_secret", "passcode/passcode_wrong"},
		{"app_known/unknown_key", "role/role_missing"},
		{"app_enabled/app_disabled", "signature/unknown_secret"},
		{"signature/mn_other_meeting", "token_time/expired"},
		{"token_time/expired", "permission/sdk_feature_off"},
		{"permission/sdk_feature_off", "meeting_exists/deleted"},
		{"meeting_exists/deleted", "host_exists/host_deleted"},
		{"host_member/host_left_account", "web_client/web_client_off"},
		{"web_client/web_client_off", "browser_join/browser_join_off"},
		{"zak_valid/expired", "passcode/passcode_missing"},
		{"start_meeting/no_zak", "passcode/passcode_missing"},
		{"email/email_missing", "registration/tk_missing"},
		{"registration/tk_missing", "login/zak_missing"},
		{"login/zak_missing", "passcode/passcode_missing"},
		{"passcode/passcode_missing", "started/host_not_here"},
		{"started/host_not_here", "app_allowed/blocked_by_admin"},
		{"app_allowed/blocked_by_admin", "cross_account/app_not_published"},
		{"anonymous/no_token", "locked/locked"},
		{"user_present/authorizing_user_absent", "locked/locked"},
		{"removed/removed_by_host", "locked/locked"},
		{"barriers/barrier", "locked/locked"},
		{"locked/locked", "duplicate/already_inside"},
		{"duplicate/already_inside", "elsewhere/other_meeting_live"},
		{"elsewhere/other_meeting_live", "capacity/full"},
	} {
		t.Run(pair[0]+" before "+pair[1], func(t *testing.T) {
			c := newFixture()
			byName[pair[1]](c)
			byName[pair[0]](c)
			if pair[0] == "email/email_missing" {
				c.s.Meeting.Settings.RegistrationRequired = true
			}
			v := c.decide(t)
			_, cause, _ := strings.Cut(pair[0], "/")
			_, other, _ := strings.Cut(pair[1], "/")
			if v.Decision == nil || v.Decision.Cause != cause {
				t.Fatalf("decided by %+v", v.Decision)
			}
			if !v.has(other) && other != "role_missing" {
				t.Errorf("%s is not reported beside: %+v", other, v.AlsoFailing)
			}
		})
	}
}

func rawToken(c *fixture, claims string) string {
	return sealed(`{"alg":"HS256","typ":"JWT"}`, claims, c.sign.Secret)
}

func TestIatAheadReportsWhenItWorks(t *testing.T) {
	c := newFixture()
	c.sign.IssuedAt = c.now.Add(94 * time.Second)
	v := c.decide(t)
	if v.Decision == nil || v.Decision.RetryAfter != 34*time.Second {
		t.Fatalf("%+v", v.Decision)
	}
	r := v.Refusal(RefusalOptions{})
	if !r.Retryable || r.RetryAfter == nil || *r.RetryAfter != 34 {
		t.Errorf("%+v", r)
	}
}

func TestSignatureWarningsReachTheVerdict(t *testing.T) {
	c := newFixture()
	forgeRole(c, `"role":"0",`)
	c.a.LegacyKey = "OLDKEY"
	c.a.Warnings = []string{"first"}
	v := c.decide(t)
	text := strings.Join(v.Warnings, "\n")
	if !v.Admitted() || !strings.HasPrefix(text, "first\n") || !strings.Contains(text, signature.WarnRoleText) || !strings.Contains(text, "key_option_ignored") {
		t.Errorf("%v\n%s", v.Decision, text)
	}
}
