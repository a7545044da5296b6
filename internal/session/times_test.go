package session

import (
	"testing"
	"time"
)

// A reload has ten seconds to take its place back, a lost connection has sixty.
func TestUsualTimes(t *testing.T) {
	if usual := (Times{}).complete(); usual.Departing != 10*time.Second || usual.Lost != time.Minute {
		t.Errorf("%+v", usual)
	}
	if given := (Times{Departing: time.Second}).complete(); given.Departing != time.Second || given.Lost != time.Minute {
		t.Errorf("%+v", given)
	}
}
