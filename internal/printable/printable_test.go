package printable

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

const (
	nasty = "a\x1b[2J\x00\r\x7f\u009b31m\u202eevil\u2066\u200b\ufeff\u2028\U000E0041\xff\xc3z"
	shown = `a\u001b[2J\u0000\u000d\u007f\u009b31m\u202eevil\u2066\u200b\ufeff\u2028\udb40\udc41\ufffd\ufffdz`
	plain = "Zoë 李 👩\u200d💻 می\u200cخواهم \u00a0\ufffd"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{nasty: shown, plain: plain, "": "", "one\ntwo\tthree": `one\ntwo\tthree`, "\xff": `\ufffd`} {
		if got := Line(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

// However a text is cut into writes, the same comes out.
func TestWriter(t *testing.T) {
	text := plain + "\n\t" + nasty
	want := plain + "\n\t" + shown
	for size := 1; size < len(text); size++ {
		var out bytes.Buffer
		w := NewWriter(&out)
		for rest := []byte(text); len(rest) > 0; rest = rest[min(size, len(rest)):] {
			if n, err := w.Write(rest[:min(size, len(rest))]); err != nil || n != min(size, len(rest)) {
				t.Fatal(n, err)
			}
		}
		if out.String() != want {
			t.Fatalf("in pieces of %d bytes: %q, want %q", size, out.String(), want)
		}
	}
}

// JSON stays JSON and says the same.
func TestJSONSurvives(t *testing.T) {
	in := map[string]string{"name": strings.ToValidUTF8(nasty, "\ufffd"), "other": plain}
	raw, err := json.MarshalIndent(in, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := NewWriter(&out).Write(raw); err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got["name"] != in["name"] || got["other"] != in["other"] {
		t.Errorf("%v: %s", err, out.Bytes())
	}
	for _, r := range out.String() {
		if unicode.In(r, unicode.Cc, unicode.Cf) && r != '\n' && r != '\t' && r != '\u200c' && r != '\u200d' {
			t.Errorf("%U is written", r)
		}
	}
}
