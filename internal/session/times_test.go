package session

import (
	"testing"
	"time"
)

// A reload has ten seconds to take its place back, a lost connection has sixty.
func TestUsualTimes(t *testing.T) {
	if usual := (Times{}).complete(); usual.Goodbye != 10*time.Second || usual.Lost != time.Minute {
		t.Errorf("%+v", usual)
	}
	if given := (Times{Goodbye: time.Second}).complete(); given.Goodbye != time.Second || given.Lost != time.Minute {
		t.Errorf("%+v", given)
	}
}
