package main

import (
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestDoctorAsksAServer(t *testing.T) {
	t.Parallel()
	cmd, url := serving(t, t.TempDir())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	response, err := http.Get(url + "/dev/v1/world")
	if err != nil {
		t.Fatal(err)
	}
	var world struct {
		Defaults struct{ SDKKey, SDKSecret, MeetingNumber, Password string }
	}
	err = json.NewDecoder(response.Body).Decode(&world)
	response.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	d := world.Defaults
	sign := func(secret string, more ...string) string {
		out, problems, status := run(t, append([]string{"sign", "--key", d.SDKKey, "--secret", secret, "--meeting", d.MeetingNumber}, more...)...)
		if status != 0 {
			t.Fatalf("%d %s", status, problems)
		}
		return strings.TrimSpace(out)
	}
	good, damaged := sign(d.SDKSecret), sign(d.SDKSecret+"\n")
	passcode := `{"userName":"Kim","password":"` + d.Password + `"}`
	for name, c := range map[string]struct {
		args   []string
		status int
		code   float64
		cause  string
		also   []string
		scope  string
	}{
		"admitted":            {[]string{good, "--join", passcode}, 0, 0, "", nil, "gate"},
		"the meeting as well": {[]string{good, "--meeting", d.MeetingNumber}, 1, 3004, "passcode_missing", nil, "gate"},
		"another meeting":     {[]string{good, "--meeting", "99999999999"}, 1, 3712, "mn_other_meeting", nil, "gate"},
		"a damaged secret":    {[]string{damaged}, 1, 3712, "secret_whitespace", nil, "gate"},
		"no token at all":     {[]string{"undefined"}, 1, 3712, "placeholder", nil, "signature"},
		"all in one round": {
			[]string{good, "--join", `{"password":"wrong","zak":"rubbish"}`},
			1, 4003, "userName_missing",
			[]string{"malformed", "passcode_wrong"},
			"gate",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, problems, status := run(t, append([]string{"doctor", "--server", url, "--json"}, c.args...)...)
			var report struct {
				Decision    map[string]any
				AlsoFailing []struct{ Cause string }
				Passed      []string
				Warnings    []string
				Scope       string
			}
			if err := json.Unmarshal([]byte(out), &report); err != nil {
				t.Fatalf("%v: %s %s", err, out, problems)
			}
			var also []string
			for _, f := range report.AlsoFailing {
				also = append(also, f.Cause)
			}
			if status != c.status || report.Decision["code"] != c.code || report.Decision["cause"] != c.cause || !slices.Equal(also, c.also) || report.Scope != c.scope {
				t.Fatalf("%d %s", status, out)
			}
			if strings.Contains(out, d.SDKSecret) {
				t.Errorf("the secret is leaked: %s", out)
			}
		})
	}
	for name, c := range map[string]struct {
		args   []string
		status int
		says   []string
	}{
		"for people, admitted": {[]string{"doctor", good, "--server", url, "--join", passcode}, 0, []string{"admitted: the joiner would", "token"}},
		"for people, refused":  {[]string{"doctor", damaged, "--server", url}, 1, []string{"rejected 3712 SIGNATURE_INVALID: secret_whitespace", "line break", "→"}},
		"no JSON":              {[]string{"doctor", good, "--server", url, "--join", "password=x"}, 2, []string{"--join"}},
		"join without server":  {[]string{"doctor", good, "--join", "{}"}, 2, []string{"--join needs --server"}},
		"offline, no key":      {[]string{"doctor", good}, 1, []string{"not verified because no key and secret were given", "Pass the app's key and secret"}},
		"both ways":            {[]string{"doctor", good, "--server", url, "--key", "k", "--secret", "s"}, 2, []string{"use one or the other"}},
		"a bad question":       {[]string{"doctor", good, "--server", url, "--meeting", "99999999999", "--join", `{"meetingNumber":"88888888888"}`}, 2, []string{"--meeting: differs"}},
		"no address":           {[]string{"doctor", good, "--server", "localhost:8080"}, 2, []string{"--server"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, problems, status := run(t, c.args...)
			for _, text := range c.says {
				if !strings.Contains(out+problems, text) {
					t.Errorf("it does not say %q: %s%s", text, out, problems)
				}
			}
			if status != c.status {
				t.Errorf("it ends with %d", status)
			}
		})
	}
	t.Run("the command line goes before the environment", func(t *testing.T) {
		t.Parallel()
		offline := program(t, "doctor", good, "--key", d.SDKKey, "--secret", d.SDKSecret, "--json")
		offline.Env = append(offline.Env, "ANTEROOM_SERVER="+url)
		online := program(t, "doctor", good, "--server", url, "--join", passcode, "--json")
		online.Env = append(online.Env, "ANTEROOM_KEY=k", "ANTEROOM_SECRET=s")
		set := program(t, "doctor", good, "--join", passcode, "--json")
		set.Env = append(set.Env, "ANTEROOM_SERVER="+url)
		for i, want := range []string{`"scope": "signature"`, `"scope": "gate"`, `"scope": "gate"`} {
			cmd := []interface{ Output() ([]byte, error) }{offline, online, set}[i]
			if out, err := cmd.Output(); err != nil || !strings.Contains(string(out), want) {
				t.Errorf("want %s: %v %s", want, err, out)
			}
		}
	})
}

func TestDoctorAndAServerThatIsNotThere(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + closed.Addr().String()
	closed.Close()
	out, problems, status := run(t, "doctor", "undefined", "--server", address)
	if status != 3 || out != "" || !strings.Contains(problems, "no response from "+address) || strings.Count(strings.TrimSpace(problems), "\n") > 0 {
		t.Errorf("%d %q %q", status, out, problems)
	}
	// Something else answers there.
	for name, handler := range map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"JSON":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"hello":1}`)) },
		"404":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
	} {
		other, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: handler}
		go func() { _ = server.Serve(other) }()
		_, problems, status := run(t, "doctor", "undefined", "--server", "http://"+other.Addr().String())
		_ = server.Close()
		if status != 3 || !strings.Contains(problems, "is it an Anteroom server in development mode?") {
			t.Errorf("%s: %d %q", name, status, problems)
		}
	}
}
