package signature

import (
	"encoding/json"
	"strings"
	"testing"
)

var validSeeds = []string{
	``, ` `, `{}`, `[]`, `{"a":1}`, `{"a":1,}`, `{,}`, `[1,]`, `[,]`, `{"a"}`, `{"a":}`, `{a:1}`, `"`, `"\`, `"\u12"`, `"\u12aF"`,
	`"\x"`, "\"\n\"", `-`, `-0`, `00`, `01`, `1.`, `.5`, `1.5e`, `1e+`, `1E-7`, `+1`, `tru`, `true`, `nulll`, `null `, `{} {}`, `[[[]]]`,
	`{"a":{"b":[1,"x",null,true,false,{"c":-1.5e3}]}}`, ` { "a" : [ 1 , 2 ] } `, "\xff", "\"\xff\"", `NaN`, `'a'`, "{\"a\":1}\x00",
}

func sameAsLibrary(t *testing.T, s string) {
	t.Helper()
	if strings.Count(s, "[")+strings.Count(s, "{") > maxNesting {
		if validJSON(s) && !json.Valid([]byte(s)) {
			t.Fatalf("%q: accepted, the library refuses", s)
		}
		return
	}
	if got, want := validJSON(s), json.Valid([]byte(s)); got != want {
		t.Fatalf("%q: %v, the library says %v", s, got, want)
	}
}

func TestValidJSON(t *testing.T) {
	for _, s := range validSeeds {
		sameAsLibrary(t, s)
	}
	// Every one-character change of a document, too.
	doc := `{"a":-1.5e+3,"b":[true,null,"x\u00e9\n"]}`
	for i := range len(doc) {
		for c := range 256 {
			sameAsLibrary(t, doc[:i]+string([]byte{byte(c)})+doc[i+1:])
		}
		sameAsLibrary(t, doc[:i])
		sameAsLibrary(t, doc[:i]+doc[i+1:])
	}
	if deep := strings.Repeat("[", 70) + strings.Repeat("]", 70); validJSON(deep) {
		t.Error("nesting is unbounded")
	}
}

func FuzzValidJSON(f *testing.F) {
	for _, s := range validSeeds {
		f.Add(s)
	}
	f.Fuzz(sameAsLibrary)
}
