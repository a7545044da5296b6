package admission

import (
	"slices"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

// neighbours are two rules of which the second is the next after the first that
// can fail together with it, or would be if it could.
type neighbours struct {
	first, second string
	// both makes the two fail at once; together are the cases to combine where it
	// is nil, the second's first.
	together [2]string
	both     func(*fixture)
	// under is the rule that decides before either, where the two only ever meet
	// beneath a third fault.
	under string
	// never is why the two cannot fail at once.
	never string
}

const (
	noMeeting  = "a number that never was has nothing that could be judged further"
	oneFault   = "a token has one fault: it is unreadable or it is genuine"
	whoseZAK   = "whose ZAK it is, and so who starts, is not known of one that is not valid"
	oneKind    = "a meeting is a webinar or it is not"
	isHostRole = "one is refused for not being host or alternative, the other asks only those who are"
	hostsHave  = "a host's or alternative's ZAK has an address"
	freeOfIt   = "the rule does not ask hosts and alternatives who start"
	noOBF      = "one is refused for having no token at all, the other for the one it has"
	playedOver = "whether a simulive webinar is on is its schedule's to say: 13208 once it is over, 3008 before"
)

var neighbourTable = []neighbours{
	{first: "options", second: "version", together: [2]string{"userName_too_long", "below_platform_minimum"}},
	{first: "version", second: "app_known", together: [2]string{"below_platform_minimum", "app_deleted"}},
	{first: "app_known", second: "app_enabled", together: [2]string{"app_deleted", "app_disabled"}},
	{first: "app_enabled", second: "signature", together: [2]string{"app_disabled", "unknown_secret"}},
	{first: "signature", second: "token_time", together: [2]string{"mn_other_meeting", "expired"}},
	{first: "token_time", second: "role", together: [2]string{"expired", "role_not_0_or_1"}, both: func(c *fixture) {
		c.raw = rawToken(c, `{"appKey":"`+testKey+`","mn":"`+testNumber+`","role":5,"iat":`+unix(c.now.Add(-7200e9))+`,"exp":`+unix(c.now)+`}`)
	}},
	{first: "role", second: "permission", together: [2]string{"role_not_0_or_1", "sdk_feature_off"}},
	{first: "permission", second: "permission_grant", together: [2]string{"sdk_feature_off", "scope_withdrawn"}},
	{first: "permission_grant", second: "meeting_known", together: [2]string{"scope_withdrawn", "unknown_number"}},
	{first: "meeting_known", second: "meeting_exists", never: noMeeting},
	{first: "meeting_exists", second: "host_exists", together: [2]string{"deleted", "host_deleted"}},
	{first: "host_exists", second: "host_member", never: "a host who has been deleted is a member of nothing: 3709 is about hosts who exist"},
	{first: "host_exists", second: "host_active", together: [2]string{"host_deleted", "account_suspended"}},
	{first: "host_member", second: "host_active", together: [2]string{"host_pending", "account_suspended"}},
	{first: "host_active", second: "account_version", together: [2]string{"host_inactive", "below_account_minimum"}},
	{first: "account_version", second: "web_client", together: [2]string{"below_account_minimum", "web_client_off"}},
	{first: "web_client", second: "browser_join", together: [2]string{"web_client_off", "browser_join_off"}},
	{first: "browser_join", second: "audio", together: [2]string{"browser_join_off", "tsp_audio_only"}},
	{first: "audio", second: "zak_readable", together: [2]string{"tsp_audio_only", "forged"}},
	{first: "zak_readable", second: "zak_valid", never: oneFault},
	{first: "zak_readable", second: "start_webinar", never: whoseZAK},
	{first: "zak_readable", second: "start_meeting", never: whoseZAK},
	{first: "zak_readable", second: "start_licence", never: whoseZAK},
	{first: "zak_readable", second: "email", together: [2]string{"forged", "email_missing"}},
	{first: "zak_valid", second: "start_webinar", never: whoseZAK},
	{first: "zak_valid", second: "start_meeting", never: whoseZAK},
	{first: "zak_valid", second: "start_licence", never: whoseZAK},
	{first: "zak_valid", second: "email", together: [2]string{"revoked", "email_missing"}},
	{first: "start_webinar", second: "start_meeting", never: oneKind},
	{first: "start_webinar", second: "start_licence", never: isHostRole},
	{first: "start_webinar", second: "email", together: [2]string{"no_host_credentials", "email_missing"}, both: func(c *fixture) {
		c.webinar()
		c.start()
		c.a.UserEmail = ""
	}},
	{first: "start_meeting", second: "start_licence", never: isHostRole},
	{first: "start_meeting", second: "email", together: [2]string{"no_zak", "email_missing"}, both: func(c *fixture) {
		c.start()
		c.s.Meeting.Settings.RegistrationRequired = true
	}},
	{first: "start_licence", second: "email", never: hostsHave},
	{first: "start_licence", second: "email_blocked", never: freeOfIt},
	{first: "start_licence", second: "registration", never: freeOfIt},
	{first: "start_licence", second: "login", together: [2]string{"host_busy", "domain_not_allowed"}, both: func(c *fixture) {
		c.asHost()
		c.notRunning()
		c.s.HostLive = 1
		c.s.Meeting.Settings.SignedInOnly = true
		c.s.Account.Settings.SignInDomains = []string{"staff.example"}
	}},
	{first: "email", second: "email_blocked", never: "no address is known, so none can be blocked; who was denied has registered with one"},
	{first: "email", second: "registration", together: [2]string{"email_missing", "tk_missing"}, both: func(c *fixture) {
		c.s.Meeting.Settings.RegistrationRequired = true
	}},
	{first: "email_blocked", second: "registration", together: [2]string{"address_blocked", "tk_missing"}, both: func(c *fixture) {
		c.registration()
		c.s.Account.Settings.BlockedAddresses = []string{c.a.UserEmail}
	}},
	{first: "registration", second: "login", together: [2]string{"tk_missing", "zak_missing"}},
	{first: "login", second: "passcode", together: [2]string{"zak_missing", "passcode_missing"}},
	{first: "passcode", second: "simulive", together: [2]string{"passcode_wrong", "simulive_ended"}},
	{first: "simulive", second: "ended", never: playedOver},
	{first: "simulive", second: "started", never: playedOver},
	{first: "simulive", second: "app_allowed", together: [2]string{"simulive_ended", "blocked_by_admin"}},
	{first: "ended", second: "started", together: [2]string{"ended_by_host", "host_not_here"}, both: func(c *fixture) {
		c.s.Meeting.Kind = meeting.KindInstant
		c.ended(60e9, meeting.EndedByHost)
	}},
	{first: "started", second: "app_allowed", together: [2]string{"host_not_here", "blocked_by_admin"}},
	{first: "app_allowed", second: "cross_account", together: [2]string{"blocked_by_admin", "app_not_published"}},
	{first: "cross_account", second: "anonymous", together: [2]string{"app_not_published", "no_token"}, both: func(c *fixture) {
		c.external()
		c.s.App.Published = false
	}},
	{first: "anonymous", second: "user_token", never: noOBF},
	{first: "anonymous", second: "user_present", never: noOBF},
	{first: "anonymous", second: "removed", together: [2]string{"no_token", "removed_by_host"}},
	{first: "user_token", second: "user_present", together: [2]string{"zak_forged", "authorizing_user_absent"}, under: "options", both: func(c *fixture) {
		// Only with both tokens, which is a fault of its own.
		c.external()
		c.obf()
		c.s.AuthorizerInside = false
		c.badZAK("forged")
		c.a.Invalid = []InvalidOption{{Field: "obfToken", Cause: "zak_and_obf", Evidence: "both were passed"}}
	}},
	{first: "user_present", second: "removed", together: [2]string{"authorizing_user_absent", "removed_by_host"}},
	{first: "removed", second: "barriers", together: [2]string{"removed_by_host", "barrier"}},
	{first: "barriers", second: "locked", together: [2]string{"barrier", "locked"}},
	{first: "locked", second: "duplicate", together: [2]string{"locked", "already_inside"}},
	{first: "duplicate", second: "elsewhere", together: [2]string{"already_inside", "other_meeting_live"}},
	{first: "elsewhere", second: "capacity", together: [2]string{"other_meeting_live", "full"}},
}

// failing are the IDs of the rules that failed, in the order of the verdict.
func failing(v *Verdict) []string {
	if v.Decision == nil {
		return nil
	}
	var ids []string
	for _, f := range append([]Finding{*v.Decision}, v.AlsoFailing...) {
		for i := range Rules {
			r := &Rules[i]
			if r.Step == f.Step && r.Code == f.Code && (r.Causes == nil || slices.Contains(r.Causes, f.Cause)) {
				ids = append(ids, r.ID)
				break
			}
		}
	}
	return ids
}

// TestNeighbours makes every two adjacent rules that can fail at once do so.
func TestNeighbours(t *testing.T) {
	changes := map[string]func(*fixture){}
	for _, tc := range ruleCases {
		changes[tc.rule+"/"+tc.cause] = tc.change
	}
	for _, n := range neighbourTable {
		if n.never != "" {
			continue
		}
		t.Run(n.first+" before "+n.second, func(t *testing.T) {
			c := newFixture()
			if n.both != nil {
				n.both(c)
			} else {
				for _, id := range []string{n.second + "/" + n.together[1], n.first + "/" + n.together[0]} {
					if changes[id] == nil {
						t.Fatalf("there is no case %s", id)
					}
					changes[id](c)
				}
			}
			v := c.decide(t)
			ids := failing(&v)
			if n.under != "" && len(ids) > 0 && ids[0] == n.under {
				ids = ids[1:]
			}
			at := slices.Index(ids, n.second)
			if len(ids) == 0 || ids[0] != n.first || at < 1 {
				t.Fatalf("failing are %v", ids)
			}
			if n.under == "" && v.Decision.Cause != n.together[0] {
				t.Errorf("decided by %s", v.Decision.Cause)
			}
			if !v.has(n.together[1]) {
				t.Errorf("%s is not reported beside: %+v", n.together[1], v.AlsoFailing)
			}
		})
	}
}

// TestNoNeighbourIsForgotten walks from every rule to the next that can fail with
// it: each pair on the way is in the table, as one that can or as one that cannot.
func TestNoNeighbourIsForgotten(t *testing.T) {
	table := map[[2]string]*neighbours{}
	for i := range neighbourTable {
		n := &neighbourTable[i]
		pair := [2]string{n.first, n.second}
		if table[pair] != nil {
			t.Errorf("%v is listed twice", pair)
		}
		table[pair] = n
	}
	visited := 0
	for i := range Rules {
		for j := i + 1; j < len(Rules); j++ {
			n := table[[2]string{Rules[i].ID, Rules[j].ID}]
			if n == nil {
				if Rules[i].ID == "meeting_known" && Rules[j].needs == needsMeeting {
					continue // like its next one
				}
				t.Errorf("%s and %s are neither tested nor said to be apart", Rules[i].ID, Rules[j].ID)
				break
			}
			visited++
			if n.never == "" {
				break
			}
		}
	}
	if visited != len(neighbourTable) {
		t.Errorf("%d pairs are listed and %d needed", len(neighbourTable), visited)
	}
}

// TestADeletedHostIsReportedOnce holds 3709 off hosts who are gone.
func TestADeletedHostIsReportedOnce(t *testing.T) {
	c := newFixture()
	c.host.Status, c.host.AccountID = account.UserDeleted, "acc-new"
	v := c.decide(t)
	if ids := strings.Join(failing(&v), " "); ids != "host_exists" {
		t.Errorf("failing are %s", ids)
	}
}
