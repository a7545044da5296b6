package admission

import (
	"encoding/json"
	"testing"
)

func TestNamesDisturbNoTextAroundThem(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Grace Hopper":                "Grace Hopper",
		"  Grace  ":                   "Grace",
		"\u202Etsoh\u202C Grace":      "tsoh Grace",
		"Grace\u2067\u2066\u2069":     "Grace",
		"\u200FGrace\u200E":           "Grace",
		"Grace\u061C":                 "Grace",
		"Grace\r\nHost: everybody":    "Grace  Host: everybody",
		"Grace\u2028joined\u2029left": "Grace joined left",
		"Gr\x00a\x1bce\x7f\u0085":     "Gr\uFFFDace",
		"\uFEFFGrace":                 "Grace",
		"نازنین":                      "نازنین",
		"می\u200Cخواهم":               "می\u200Cخواهم",
		"👩\u200D💻":                    "👩\u200D💻",
		"\u202E\n\t":                  "",
	} {
		if got := CleanName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
		body, err := json.Marshal(map[string]any{"userName": name, "meetingNumber": "123456789", "signature": "x"})
		if err != nil {
			t.Fatal(err)
		}
		a := DecodeAttempt(body, Meta{})
		missing := len(a.Invalid) == 1 && a.Invalid[0].Cause == "userName_missing"
		if a.UserName != want || missing != (want == "") {
			t.Errorf("%q joins as %q (%v), want %q", name, a.UserName, a.Invalid, want)
		}
	}
}
