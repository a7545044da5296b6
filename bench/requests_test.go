package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/netip"
	"testing"
)

func TestRequestsDifferWhereTheyMust(t *testing.T) {
	s := &testServer{meetings: []room{{"9000000001", "first.signature"}, {"9000000002", "second.signature"}}}
	shoot, err := s.joins(passcode)
	if err != nil {
		t.Fatal(err)
	}
	type seen struct{ joinID, meeting, network string }
	read := func(number int) seen {
		t.Helper()
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(shoot(nil, number))))
		if err != nil {
			t.Fatal(err)
		}
		var body struct{ JoinID, MeetingNumber string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Fatal(err)
		}
		from, err := netip.ParseAddr(r.Header.Get("X-Forwarded-For"))
		if err != nil {
			t.Fatal(err)
		}
		// Tries are counted by network.
		return seen{body.JoinID, body.MeetingNumber, netip.PrefixFrom(from, 64).Masked().String()}
	}
	ids, ofNetwork := map[string]bool{}, map[string]int{}
	const count = 3 * joinsPerNetwork
	for n := range count {
		got := read(n)
		ids[got.joinID] = true
		if want := s.meetings[n%2].number; got.meeting != want {
			t.Errorf("request %d joins %s, want %s", n, got.meeting, want)
		}
		ofNetwork[got.network]++
	}
	if len(ids) != count {
		t.Errorf("%d different joinIds of %d", len(ids), count)
	}
	for network, n := range ofNetwork {
		if n > joinsPerNetwork {
			t.Errorf("%d joins come from %s", n, network)
		}
	}
}
