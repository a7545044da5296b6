package fault_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/fault"
)

func set() *fault.Set {
	var n atomic.Int64
	return fault.NewSet(func() string { return strconv.FormatInt(n.Add(1), 10) })
}

func add(t *testing.T, s *fault.Set, spec fault.Spec) fault.View {
	t.Helper()
	if problems := spec.Check(); problems != nil {
		t.Fatal(problems)
	}
	v, err := s.Add(spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func event(number string, user int64, key string) func() fault.Event {
	return func() fault.Event { return fault.Event{MeetingNumber: number, UserID: user, Key: key} }
}

func TestWhatMakesNoSenseIsNamed(t *testing.T) {
	t.Parallel()
	const number = "81234567890"
	for _, c := range []struct {
		spec     fault.Spec
		property string
	}{
		{fault.Spec{Point: fault.Join, Kind: fault.Hang, Count: 1}, ""},
		{fault.Spec{Point: fault.Join, Kind: fault.Drop, Count: 1, MeetingNumber: number}, ""},
		{fault.Spec{Point: fault.Store, Kind: fault.Delay, Count: 1, Delay: time.Second}, ""},
		{fault.Spec{Point: fault.Realtime, Kind: fault.Drop, Count: fault.MaxCount, MeetingNumber: number, UserID: 5}, ""},
		{fault.Spec{Point: fault.Packets, Kind: fault.Drop, MeetingNumber: number}, ""},
		{fault.Spec{Point: fault.Packets, Kind: fault.Drop, MeetingNumber: number, UserID: 5, Count: 10}, ""},
		{fault.Spec{Kind: fault.Drop, Count: 1}, "point"},
		{fault.Spec{Point: "network", Kind: fault.Drop, Count: 1}, "point"},
		{fault.Spec{Point: fault.Join, Count: 1}, "kind"},
		{fault.Spec{Point: fault.Store, Kind: fault.Drop, Count: 1}, "kind"},
		{fault.Spec{Point: fault.Media, Kind: fault.Drop, Count: 1}, "kind"},
		{fault.Spec{Point: fault.Packets, Kind: fault.Hang, MeetingNumber: number}, "kind"},
		{fault.Spec{Point: fault.Packets, Kind: fault.Delay, MeetingNumber: number, Delay: time.Second}, "kind"},
		{fault.Spec{Point: fault.Packets, Kind: fault.Drop}, "meetingNumber"},
		{fault.Spec{Point: fault.Join, Kind: fault.Hang, Count: 1, MeetingNumber: "12"}, "meetingNumber"},
		{fault.Spec{Point: fault.Join, Kind: fault.Hang, Count: 1, MeetingNumber: number, UserID: 5}, "userId"},
		{fault.Spec{Point: fault.Media, Kind: fault.Error, Count: 1, UserID: 5}, "userId"},
		{fault.Spec{Point: fault.Media, Kind: fault.Error, Count: 1, MeetingNumber: number, UserID: -5}, "userId"},
		{fault.Spec{Point: fault.Join, Kind: fault.Hang}, "count"},
		{fault.Spec{Point: fault.Join, Kind: fault.Hang, Count: -1}, "count"},
		{fault.Spec{Point: fault.Join, Kind: fault.Hang, Count: fault.MaxCount + 1}, "count"},
		{fault.Spec{Point: fault.Join, Kind: fault.Delay, Count: 1}, "delay"},
		{fault.Spec{Point: fault.Join, Kind: fault.Delay, Count: 1, Delay: -time.Second}, "delay"},
		{fault.Spec{Point: fault.Join, Kind: fault.Delay, Count: 1, Delay: fault.MaxDelay + 1}, "delay"},
		{fault.Spec{Point: fault.Join, Kind: fault.Hang, Count: 1, Delay: time.Second}, "delay"},
	} {
		var named []string
		for _, p := range c.spec.Check() {
			named = append(named, p.Property)
		}
		if got := strings.Join(named, " "); got != c.property {
			t.Errorf("%+v: %q is named, want %q", c.spec, got, c.property)
		}
	}
}

func TestAFaultHitsSoManyEventsOfThoseItMeans(t *testing.T) {
	t.Parallel()
	s := set()
	if s.Any() || s.Take(fault.Media, func() fault.Event { t.Error("asked for nothing"); return fault.Event{} }) != nil {
		t.Fatal("nothing is active")
	}
	v := add(t, s, fault.Spec{Point: fault.Media, Kind: fault.Error, MeetingNumber: "81234567890", UserID: 7, Count: 2})
	if !s.Any() || !s.Active(fault.Media) || s.Active(fault.Join) {
		t.Fatal("only the point that was asked for")
	}
	for _, other := range []fault.Event{{}, {MeetingNumber: "81234567890"}, {MeetingNumber: "81234567891", UserID: 7}} {
		if s.Take(fault.Media, func() fault.Event { return other }) != nil {
			t.Errorf("%+v is not meant", other)
		}
	}
	for left := 1; left >= 0; left-- {
		hit := s.Take(fault.Media, event("81234567890", 7, ""))
		if hit == nil || s.List()[0].Remaining != left || s.List()[0].ID != v.ID {
			t.Fatalf("not hit, or counted wrong: %+v", s.List())
		}
		if err := hit.Act(t.Context()); !errors.Is(err, fault.ErrInjected) {
			t.Fatal(err)
		}
	}
	if s.Any() || s.Take(fault.Media, event("81234567890", 7, "")) != nil || len(s.List()) != 0 {
		t.Fatal("it goes on")
	}
}

// A page repeats a join that is not answered, under one joinId.
func TestRepetitionsAreOneEvent(t *testing.T) {
	t.Parallel()
	s := set()
	add(t, s, fault.Spec{Point: fault.Join, Kind: fault.Drop, Count: 1})
	for range 3 {
		hit := s.Take(fault.Join, event("81234567890", 0, "one"))
		if hit == nil || !errors.Is(hit.Act(t.Context()), fault.ErrDropped) {
			t.Fatal("a repetition came through")
		}
	}
	if s.Take(fault.Join, event("81234567890", 0, "two")) != nil {
		t.Fatal("another join was hit")
	}
	if list := s.List(); len(list) != 1 || list[0].Remaining != 0 {
		t.Fatalf("it is active for repetitions: %+v", list)
	}
	s.Clear()
	if s.Any() || s.Take(fault.Join, event("81234567890", 0, "one")) != nil {
		t.Fatal("it was removed")
	}
}

func TestRepetitionsWaitForOneTime(t *testing.T) {
	t.Parallel()
	s := set()
	add(t, s, fault.Spec{Point: fault.Join, Kind: fault.Delay, Delay: 200 * time.Millisecond, Count: 1})
	begin := time.Now()
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := s.Take(fault.Join, event("", 0, "one")).Act(gone); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Take(fault.Join, event("", 0, "one")).Act(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(begin); took < 200*time.Millisecond {
		t.Fatalf("it took only %s", took)
	}
	begin = time.Now()
	if err := s.Take(fault.Join, event("", 0, "one")).Act(t.Context()); err != nil || time.Since(begin) > 150*time.Millisecond {
		t.Fatalf("a late repetition waits anew: %v", err)
	}
}

func TestRemovingLetsGo(t *testing.T) {
	t.Parallel()
	s := set()
	ended := make(chan struct{})
	v, err := s.Add(fault.Spec{Point: fault.Join, Kind: fault.Hang, Count: 1}, func() { close(ended) })
	if err != nil {
		t.Fatal(err)
	}
	hit := s.Take(fault.Join, event("", 0, ""))
	held := make(chan error)
	go func() { held <- hit.Act(context.WithoutCancel(t.Context())) }()
	if list := s.List(); len(list) != 1 || list[0].Remaining != 0 {
		t.Fatalf("a fault that holds somebody is active: %+v", list)
	}
	if s.Remove("nobody") || !s.Remove(v.ID) || s.Remove(v.ID) {
		t.Fatal("removed what is not there, or not what is")
	}
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	<-ended
	if s.Any() {
		t.Fatal("something is left")
	}
}

func TestTooManyAreRefused(t *testing.T) {
	t.Parallel()
	s := set()
	for range 1000 {
		add(t, s, fault.Spec{Point: fault.Join, Kind: fault.Hang, Count: 1})
	}
	if _, err := s.Add(fault.Spec{Point: fault.Join, Kind: fault.Hang, Count: 1}, nil); !errors.Is(err, fault.ErrTooMany) {
		t.Fatal(err)
	}
	s.Clear()
	if s.Any() || s.Active(fault.Join) {
		t.Fatal("the counters are off")
	}
}

func TestCountsAreExactUnderAStorm(t *testing.T) {
	t.Parallel()
	s := set()
	add(t, s, fault.Spec{Point: fault.Store, Kind: fault.Error, Count: 100})
	var wg sync.WaitGroup
	var hits atomic.Int64
	for range 16 {
		wg.Go(func() {
			for range 50 {
				if hit := s.Take(fault.Store, event("", 0, "")); hit != nil {
					hits.Add(1)
					_ = hit.Act(t.Context())
				}
			}
		})
	}
	wg.Wait()
	if hits.Load() != 100 || s.Any() {
		t.Fatalf("%d were hit, want 100", hits.Load())
	}
}
