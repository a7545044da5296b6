package server

import (
	"strings"
	"testing"
	"time"
)

func TestAClockThatIsFarOffIsNotReady(t *testing.T) {
	for ahead, want := range map[time.Duration]string{
		0: "", 29 * time.Second: "", -29 * time.Second: "",
		30 * time.Second: "30s ahead of", -5 * time.Minute: "5m0s behind",
	} {
		err := tolerable(ahead)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", ahead, err, want)
		}
	}
}
