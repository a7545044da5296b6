package httpapi

import "testing"

func TestGzipIsSentToThoseWhoPreferIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fields []string
		want   bool
	}{
		{nil, false},
		{[]string{""}, false},
		{[]string{"gzip"}, true},
		{[]string{"gzip, deflate, br, zstd"}, true},
		{[]string{"br;q=1.0, gzip;q=0.8, *;q=0.1"}, true},
		{[]string{"br", "GZIP ; Q=0.5"}, true},
		{[]string{"x-gzip"}, true},
		{[]string{"gzip;q=0"}, false},
		{[]string{"gzip;q=0.0"}, false},
		{[]string{"gzip; q=0.000"}, false},
		{[]string{"gzip ; q = 0.00"}, false},
		{[]string{"gzip;q=0, *"}, false},
		{[]string{"*, gzip;q=0.0"}, false},
		{[]string{"*"}, true},
		{[]string{"*;q=0.0"}, false},
		{[]string{"br, deflate"}, false},
		{[]string{"identity"}, false},
		{[]string{"identity;q=0"}, false},
		{[]string{"identity;q=0, gzip;q=0.1"}, true},
		{[]string{"identity;q=0, *;q=0.1"}, true},
		{[]string{"identity, gzip"}, true},
		{[]string{"identity;q=1, gzip;q=0.5"}, false},
		{[]string{"identity;q=0.5, *;q=0"}, false},
		{[]string{"gzip;level=9;q=0.0"}, false},
		{[]string{"gzip;q=NaN"}, false},
		{[]string{"gzip;q=2"}, false},
		{[]string{"gzip;q="}, false},
		{[]string{"notgzip, gzip2"}, false},
	} {
		if got := prefersGzip(c.fields); got != c.want {
			t.Errorf("%q: %v, want %v", c.fields, got, c.want)
		}
	}
}
