package session

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/meeting"
)

func TestTriesAreCountedBeforeTheyAreJudged(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClock()
	limiter := NewAttemptLimiter(clock, nil, nil)
	key := attemptKey{"host", ""}
	var judged atomic.Int32
	var guesses sync.WaitGroup
	for range 10 * MaxPasscodeAttempts {
		guesses.Go(func() {
			if limiter.count(key, MaxPasscodeAttempts) {
				judged.Add(1)
			}
		})
	}
	guesses.Wait()
	if judged.Load() != MaxPasscodeAttempts {
		t.Errorf("%d tries are judged, want %d", judged.Load(), MaxPasscodeAttempts)
	}
	limiter.refund([]quota{{key, MaxPasscodeAttempts}})
	if !limiter.count(key, MaxPasscodeAttempts) || limiter.count(key, MaxPasscodeAttempts) {
		t.Error("one try was taken back: one more is judged, and no second one")
	}
	clock.Advance(PasscodeWindow)
	if !limiter.count(key, MaxPasscodeAttempts) {
		t.Error("the time is over, and no try is judged")
	}
}

// guesser guesses the passcode of one meeting, and is judged as the gate would.
type guesser struct {
	*AttemptLimiter
	t *testing.T
}

const secretPasscode = "secret"

// try is one join; it returns whether the passcode was judged, and not throttled.
func (g guesser) try(address, device, passcode string) (judged bool) {
	g.t.Helper()
	a := &admission.Attempt{RemoteIP: address, DeviceID: device, MeetingNumber: "81234567890", Password: passcode}
	c := g.Counts(a)
	if c.FromAddress >= MaxPasscodeAttempts || c.ForMeeting >= MaxMeetingPasscodeAttempts {
		return false
	}
	judged = g.judge(a, c)
	if judged && passcode == secretPasscode {
		g.succeeded(context.Background(), a)
	}
	return judged
}

// judge is a join whose counts were read before.
func (g guesser) judge(a *admission.Attempt, read AttemptCounts) bool {
	snap := &admission.Snapshot{
		Meeting:          &meeting.Meeting{Number: a.MeetingNumber, Passcode: secretPasscode},
		PasscodeFailures: read.FromAddress, MeetingPasscodeFailures: read.ForMeeting,
	}
	v := &admission.Verdict{}
	if a.Password != secretPasscode {
		v.Decision = &admission.Finding{Code: errcode.WrongMeetingPassword, Cause: "passcode_wrong"}
	}
	return !g.rateLimitedSinceRead(context.Background(), a, snap, v)
}

func newGuesser(t *testing.T, shared SharedAttempts) guesser {
	t.Helper()
	return guesser{NewAttemptLimiter(clockwork.NewFakeClock(), shared, slog.New(slog.DiscardHandler)), t}
}

func TestGuessesThatAreUnderWayAreNotAllJudged(t *testing.T) {
	t.Parallel()
	g := newGuesser(t, nil)
	a := &admission.Attempt{RemoteIP: "192.0.2.1", MeetingNumber: "81234567890", Password: "guess"}
	read := g.Counts(a)
	for i := range MaxPasscodeAttempts {
		if !g.judge(a, read) {
			t.Fatalf("guess %d is not judged", i)
		}
	}
	right := *a
	right.Password = secretPasscode
	if g.judge(a, read) || g.judge(&right, read) {
		t.Fatal("a guess that read the count before still passes")
	}
	other := right
	other.RemoteIP = "192.0.2.2"
	if !g.judge(&other, read) {
		t.Fatal("closed to another address")
	}
}

func TestGuessesFromOneNetworkCountTogether(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(i int) string{
		"one IPv6 /64":         func(i int) string { return fmt.Sprintf("2001:db8:1:2::%x", i+1) },
		"IPv4 written in IPv6": func(i int) string { return []string{"203.0.113.9", "::ffff:203.0.113.9"}[i%2] },
	} {
		g := newGuesser(t, nil)
		judged := 0
		for i := range 60 {
			if g.try(address(i), fmt.Sprint("browser", i), "guess") {
				judged++
			}
		}
		if judged != MaxPasscodeAttempts {
			t.Errorf("%s: %d of 60 guesses are judged, want %d", name, judged, MaxPasscodeAttempts)
		}
		if !g.try("2001:db8:1:3::1", "other", secretPasscode) {
			t.Errorf("%s: closed to another network", name)
		}
	}
}

func TestGuessesFromEverywhereCountForTheMeeting(t *testing.T) {
	t.Parallel()
	g := newGuesser(t, nil)
	judged := 0
	for i := range 2 * MaxMeetingPasscodeAttempts {
		if g.try(fmt.Sprintf("2001:db8:%x::1", i), "", "guess") {
			judged++
		}
	}
	if judged != MaxMeetingPasscodeAttempts {
		t.Errorf("%d guesses are judged, want %d", judged, MaxMeetingPasscodeAttempts)
	}
}

// Whoever has many addresses of one network closes the passcode for this network, and
// not for everybody.
func TestOneNetworkUsesUpATenthOfAMeetingsAttempts(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(i int) string{
		"a household's /56": func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", 0x100+i%256) },
		"a /48":             func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i) },
		"a /24 of IPv4":     func(i int) string { return fmt.Sprintf("203.0.113.%d", i%256) },
	} {
		shared := &memoryAttempts{counts: map[string]int{}}
		nodes := []guesser{newGuesser(t, shared), newGuesser(t, shared)}
		judged := 0
		for i := range 2 * MaxMeetingPasscodeAttempts {
			if nodes[i/2%2].try(address(i), "", "guess") {
				judged++
			}
		}
		if judged != admission.MaxMeetingPasscodeAttempts/10 {
			t.Errorf("%s: %d guesses are judged, want %d", name, judged, admission.MaxMeetingPasscodeAttempts/10)
		}
		for _, other := range []string{"198.51.100.7", "2001:db8:2::1"} {
			if !nodes[0].try(other, "ann", secretPasscode) || !nodes[1].try(other, "ben", secretPasscode) {
				t.Errorf("%s: closed to %s", name, other)
			}
		}
		for _, g := range nodes {
			g.clock.(*clockwork.FakeClock).Advance(PasscodeWindow)
			if !g.try(address(0), "cho", secretPasscode) {
				t.Errorf("%s: the time is over, and it is still closed", name)
			}
		}
	}
}

// A class behind one address whose pupils mistype once and then enter uses up nothing.
func TestAClassThatMistypesUsesUpNothing(t *testing.T) {
	t.Parallel()
	g := newGuesser(t, &memoryAttempts{counts: map[string]int{}})
	for i := range 200 {
		pupil := fmt.Sprint("pupil", i)
		if !g.try("203.0.113.9", pupil, "typo") || !g.try("203.0.113.9", pupil, secretPasscode) {
			t.Fatalf("pupil %d does not enter", i)
		}
	}
}

func TestOnePersonsSuccessForgivesNobodyElse(t *testing.T) {
	t.Parallel()
	g := newGuesser(t, nil)
	const school = "203.0.113.9"
	for range MaxPasscodeAttempts - 3 {
		g.try(school, "guesser", "guess")
	}
	for range 2 {
		g.try(school, "ann", "typo")
	}
	if !g.try(school, "ann", secretPasscode) || !g.try(school, "ben", secretPasscode) {
		t.Fatal("people who know the passcode do not enter")
	}
	left := 0
	for g.try(school, "guesser", "guess") {
		left++
	}
	if left != 3 {
		t.Errorf("the guesser has %d guesses left after others succeeded, want 3: Ann's own are forgotten, and no others", left)
	}
}

// memoryAttempts is what nodes share.
type memoryAttempts struct {
	mu     sync.Mutex
	counts map[string]int
	since  time.Time
}

func (m *memoryAttempts) CountAttempt(ctx context.Context, name string, now time.Time, _ time.Duration) (int, time.Time, error) {
	if err := ctx.Err(); err != nil {
		return 0, time.Time{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.counts) == 0 {
		m.since = now
	}
	m.counts[name]++
	return m.counts[name], m.since, nil
}

func (m *memoryAttempts) RefundAttempts(_ context.Context, name string, count int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[name] -= count
	return nil
}

// Whoever does not wait for the answer guesses no more often.
func TestGuessesOfPagesThatHaveGoneCountForAllNodes(t *testing.T) {
	t.Parallel()
	shared := &memoryAttempts{counts: map[string]int{}}
	gone, leave := context.WithCancel(t.Context())
	leave()
	a := &admission.Attempt{RemoteIP: "203.0.113.9", MeetingNumber: "81234567890", Password: "guess"}
	snap := &admission.Snapshot{Meeting: &meeting.Meeting{Passcode: secretPasscode}}
	wrong := &admission.Verdict{Decision: &admission.Finding{Code: errcode.WrongMeetingPassword}}
	newGuesser(t, shared).rateLimitedSinceRead(gone, a, snap, wrong)
	if len(shared.counts) != 3 {
		t.Errorf("the guess is counted as %v", shared.counts)
	}
}

func TestNodesCountGuessesTogether(t *testing.T) {
	t.Parallel()
	shared := &memoryAttempts{counts: map[string]int{}}
	nodes := []guesser{newGuesser(t, shared), newGuesser(t, shared), newGuesser(t, shared)}
	judged := 0
	for i := range 60 {
		if nodes[i%len(nodes)].try("192.0.2.1", "", "guess") {
			judged++
		}
	}
	if judged != MaxPasscodeAttempts {
		t.Errorf("%d guesses are judged on three nodes, want %d", judged, MaxPasscodeAttempts)
	}
}

// Whoever has many networks and long ids for browsers takes little memory with them.
func TestCountsTakeLittleMemory(t *testing.T) {
	limiter := NewAttemptLimiter(clockwork.NewFakeClock(), nil, slog.New(slog.DiscardHandler))
	memory := func() uint64 {
		runtime.GC()
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		return now.HeapAlloc
	}
	const networks = 2000
	before := memory()
	for i := range networks {
		for try := range MaxPasscodeAttempts {
			id, request := strings.Repeat("\U0001F600", 120)+strconv.Itoa(try), "81234567890"+strings.Repeat(" ", 4096)
			limiter.countBy(attemptKey{limit.Group(fmt.Sprintf("2001:db8:%x:%x::1", i>>16, i&0xffff)), request[:11]}, MaxPasscodeAttempts, id)
		}
	}
	each := (memory() - before) / networks
	runtime.KeepAlive(limiter)
	if most := uint64(1000); each > most {
		t.Errorf("the counts of a network take %d bytes, want at most %d", each, most)
	}
}

func TestAFullLimiterKeepsItsLimits(t *testing.T) {
	t.Parallel()
	g := newGuesser(t, nil)
	for range MaxPasscodeAttempts {
		g.try("192.0.2.1", "", "guess")
	}
	for i := range maxAttemptKeys + 10 {
		g.count(attemptKey{fmt.Sprint("address", i), "1"}, MaxPasscodeAttempts)
	}
	if len(g.attempts) > maxAttemptKeys {
		t.Errorf("%d counts are kept, more than %d", len(g.attempts), maxAttemptKeys)
	}
	if g.try("192.0.2.1", "", "guess") {
		t.Error("a flood of other counts opened a reached limit")
	}
}

// keyGuesser guesses the host's key of one meeting from a participant.
func keyGuesser(n int, person, address, network string) []quota {
	return hostKeyQuotas(&meeting.Participant{
		ID: fmt.Sprint("seat", n), MeetingID: "m",
		Claims: meeting.IdentityClaims{UserID: person},
		Flags:  meeting.ParticipantFlags{Origin: address, Network: network},
	})
}

// judgedKeys counts the guesses, each of the next participant and on the next node, that are
// judged.
func judgedKeys(nodes []*AttemptLimiter, guesses int, of func(i int) []quota) (judged int) {
	for i := range guesses {
		if _, ok := nodes[i%len(nodes)].reserve(context.Background(), of(i)); ok {
			judged++
		}
	}
	return judged
}

func TestHostKeysAreGuessedSoOften(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of   func(i int) []quota
		want int
	}{
		"a participant":      {func(int) []quota { return keyGuesser(0, "", "a", "n") }, MaxHostKeyAttempts},
		"a signed-in person": {func(i int) []quota { return keyGuesser(i, "kim", fmt.Sprint("a", i), fmt.Sprint("n", i)) }, MaxHostKeyAttempts},
		"an address":         {func(i int) []quota { return keyGuesser(i, "", "a", "n") }, MaxHostKeyAddressAttempts},
		"a network":          {func(i int) []quota { return keyGuesser(i, "", fmt.Sprint("a", i), "n") }, MaxHostKeyNetworkAttempts},
		"everywhere":         {func(i int) []quota { return keyGuesser(i, "", fmt.Sprint("a", i), fmt.Sprint("n", i)) }, MaxHostKeyMeetingAttempts},
	} {
		for count := 1; count <= 2; count++ {
			var shared SharedAttempts
			if count > 1 {
				shared = &memoryAttempts{counts: map[string]int{}}
			}
			var nodes []*AttemptLimiter
			for range count {
				nodes = append(nodes, newAttemptLimiter("host key", clockwork.NewFakeClock(), shared, slog.New(slog.DiscardHandler)))
			}
			if judged := judgedKeys(nodes, 1200, c.of); judged != c.want {
				t.Errorf("%s, on %d nodes: %d guesses are judged, want %d", name, count, judged, c.want)
			}
			owner := keyGuesser(9999, "", "elsewhere", "another network")
			if got := judgedKeys(nodes[:1], 1, func(int) []quota { return owner }); got != 1 && name != "everywhere" {
				t.Errorf("%s: closed to another network", name)
			}
		}
	}
}

// Whoever knows the key releases what it cost, on every node, and no more.
func TestARightHostKeyGivesNobodyElseAttempts(t *testing.T) {
	t.Parallel()
	shared := &memoryAttempts{counts: map[string]int{}}
	nodes := []*AttemptLimiter{}
	for range 2 {
		nodes = append(nodes, newAttemptLimiter("host key", clockwork.NewFakeClock(), shared, slog.New(slog.DiscardHandler)))
	}
	judged := 0
	for i := range 200 {
		if refund, ok := nodes[0].reserve(t.Context(), keyGuesser(i, "owner", "owner's", "n")); ok {
			refund()
		} else if i == 0 {
			t.Fatal("the owner is not judged")
		}
		judged += judgedKeys(nodes[1:], 1, func(int) []quota { return keyGuesser(i, "", fmt.Sprint("a", i), "n") })
	}
	if judged != MaxHostKeyNetworkAttempts {
		t.Errorf("%d wrong keys are judged, want %d", judged, MaxHostKeyNetworkAttempts)
	}
	for name, count := range shared.counts {
		// One guess found the network closed, which this node had not heard yet.
		if strings.Contains(name, "owner") && count > 1 {
			t.Errorf("%s: %d tries are left of right keys", name, count)
		}
	}
}
