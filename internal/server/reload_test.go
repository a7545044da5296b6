package server

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Each key either changes while the server runs or is named when it differs.
func TestEveryKeyThatNeedsARestartIsNamed(t *testing.T) {
	t.Parallel()
	live := []string{"tls.certificate", "tls.key", "log", "trusted_proxies", "attempts.days", "attempts.keep"}
	seen := 0
	var walk func(path []int, of reflect.Type, prefix string)
	walk = func(path []int, of reflect.Type, prefix string) {
		for i := range of.NumField() {
			field := of.Field(i)
			key, here := prefix+field.Tag.Get("yaml"), append(slices.Clone(path), i)
			if field.Tag.Get("yaml") == "-" {
				continue
			}
			if field.Type.Kind() == reflect.Struct {
				walk(here, field.Type, key+".")
				continue
			}
			seen++
			was := Config{TLS: TLS{Certificate: "c", Key: "k"}}
			next := was
			switch value := reflect.ValueOf(&next).Elem().FieldByIndex(here); value.Kind() {
			case reflect.String:
				value.SetString("other")
			case reflect.Int:
				value.SetInt(7)
			case reflect.Bool:
				value.SetBool(true)
			case reflect.Slice:
				value.Set(reflect.MakeSlice(value.Type(), 1, 1))
			default:
				t.Fatalf("%s: a kind this test does not know", key)
			}
			var want []string
			if !slices.Contains(live, key) {
				want = []string{key}
			}
			if got := was.needsRestart(&next); !slices.Equal(got, want) {
				t.Errorf("%s: %q need a restart, want %q", key, got, want)
			}
		}
	}
	walk(nil, reflect.TypeFor[Config](), "")
	if seen < 20 {
		t.Fatalf("only %d keys were seen", seen)
	}
	if got := (&Config{}).needsRestart(&Config{TLS: TLS{"c", "k"}}); strings.Join(got, " ") != "tls.certificate tls.key" {
		t.Errorf("TLS in place of plain HTTP: %q", got)
	}
}
