package store

import (
	"testing"
	"time"

	"github.com/anteroom/anteroom/internal/store/pgtest"
)

func TestRealTimeIsTheDatabases(t *testing.T) {
	t.Parallel()
	for _, wrong := range []time.Duration{0, 5 * time.Minute, -5 * time.Minute} {
		s, err := Open(t.Context(), Config{URL: pgtest.URL(t), Key: testKey, Wall: func() time.Time { return time.Now().Add(wrong) }})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		ahead, err := s.MeasureSkew(t.Context())
		if err != nil || (ahead-wrong).Abs() > 2*time.Second {
			t.Errorf("a clock that is %v ahead is measured as %v: %v", wrong, ahead, err)
		}
		if off := time.Since(s.RealTime()).Abs(); off > 2*time.Second {
			t.Errorf("real time of a clock that is %v ahead is %v off", wrong, off)
		}
	}
}

func TestADatabaseInTheProcessHasItsClock(t *testing.T) {
	s, err := Open(t.Context(), Config{URL: t.TempDir() + "/anteroom.db", Key: testKey})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if ahead, err := s.MeasureSkew(t.Context()); ahead != 0 || err != nil {
		t.Errorf("%v %v", ahead, err)
	}
}
