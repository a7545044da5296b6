package plainjson

import (
	"encoding/json"
	"testing"
)

func TestMarshal(t *testing.T) {
	got, err := Marshal(map[string]any{"text": "<b>&", "raw": json.RawMessage(`"<i>"`)})
	if want := `{"raw":"<i>","text":"<b>&"}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if _, err := Marshal(make(chan int)); err == nil {
		t.Error("a channel was encoded")
	}
}
