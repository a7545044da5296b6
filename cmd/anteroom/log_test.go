package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// logLine is a line of the log.
type logLine struct {
	Level, Msg, Version, Address, Reason, Attempt, Cause, Key, Error, Path string
	Code                                                                   int
	Config                                                                 map[string]any
	raw                                                                    string
}

// logging starts the program and returns its log, read as JSON, line by line.
func logging(t *testing.T, env string, args ...string) (*exec.Cmd, <-chan logLine) {
	t.Helper()
	cmd := program(t, append([]string{"serve", "--log-format", "json"}, args...)...)
	if env != "" {
		cmd.Env = append(cmd.Env, env)
	}
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := make(chan logLine, 10_000)
	go func() {
		defer close(lines)
		scan := bufio.NewScanner(out)
		for scan.Scan() {
			line := logLine{raw: scan.Text()}
			if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
				line.Msg = "not JSON: " + line.raw
			}
			lines <- line
		}
	}()
	return cmd, lines
}

// logged returns the next line with a message, and all lines until it.
func logged(t *testing.T, lines <-chan logLine, message string) (logLine, string) {
	t.Helper()
	var seen strings.Builder
	for {
		select {
		case line, open := <-lines:
			seen.WriteString(line.raw + "\n")
			if !open || strings.HasPrefix(line.Msg, "not JSON") {
				t.Fatalf("waiting for %q: %s\n%s", message, line.Msg, seen.String())
			}
			if line.Msg == message {
				return line, seen.String()
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("no %q in\n%s", message, seen.String())
		}
	}
}

// send sends a signal as an operator does.
func send(t *testing.T, cmd *exec.Cmd, which os.Signal) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("there are no signals here")
	}
	if err := cmd.Process.Signal(which); err != nil {
		t.Fatal(err)
	}
}

func TestTheLogShowsTheLifeOfAServer(t *testing.T) {
	t.Parallel()
	cmd, lines := logging(t, "", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--media-port", "0", "--log", "debug")
	start, all := logged(t, lines, "starting")
	if start.Version != version || start.Config["mode"] != "development" || start.Config["listen"] != "127.0.0.1:0" || start.Config["database"] != "sqlite" {
		t.Errorf("odd start: %s", start.raw)
	}
	ready, seen := logged(t, lines, "ready")
	all += seen
	var world struct {
		Defaults struct{ MeetingNumber, Password, SDKSecret string }
	}
	response, err := http.Get(ready.Address + "/dev/v1/world?access_token=query-string-secret")
	if err != nil {
		t.Fatal(err)
	}
	err = json.NewDecoder(response.Body).Decode(&world)
	response.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	var signed struct{ Signature string }
	if _, err := post(ready.Address+"/dev/v1/signature", map[string]any{"meetingNumber": world.Defaults.MeetingNumber, "role": 0}, &signed); err != nil {
		t.Fatal(err)
	}
	var joined struct {
		AttemptID, ResumeToken string
		Realtime, Media        struct{ Token string }
	}
	join := func(passcode string) {
		t.Helper()
		if _, err := post(ready.Address+"/sdk/v1/join", map[string]any{
			"joinId": uuid.NewString(), "view": "component", "meetingNumber": world.Defaults.MeetingNumber, "userName": "Kim",
			"password": passcode, "signature": signed.Signature,
		}, &joined); err != nil {
			t.Fatal(err)
		}
	}
	join("wrong-passcode-4f1e")
	refused, seen := logged(t, lines, "join refused")
	all += seen
	if refused.Level != "INFO" || refused.Code != 3004 || refused.Cause == "" || refused.Attempt != joined.AttemptID {
		t.Errorf("odd refusal: %s", refused.raw)
	}
	join(world.Defaults.Password)
	admitted, seen := logged(t, lines, "join admitted")
	all += seen
	if admitted.Level != "DEBUG" || admitted.Attempt != joined.AttemptID {
		t.Errorf("odd admission: %s", admitted.raw)
	}
	send(t, cmd, syscall.SIGHUP)
	_, seen = logged(t, lines, "SIGHUP: development mode has no configuration file to read again")
	all += seen
	send(t, cmd, syscall.SIGTERM)
	stop, seen := logged(t, lines, "stopping")
	all += seen
	if !strings.Contains(stop.Reason, "terminated") {
		t.Errorf("the signal is not named: %s", stop.raw)
	}
	_, seen = logged(t, lines, "stopped")
	all += seen
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	for _, want := range []string{`"msg":"media engine started"`, `"msg":"session begun"`, `"path":"/sdk/v1/join"`, `"path":"/dev/v1/world"`} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s in\n%s", want, all)
		}
	}
	all = strings.ReplaceAll(all, "anteroom.db", "") // the passcode is "anteroom"
	for _, secret := range []string{
		world.Defaults.Password, world.Defaults.SDKSecret, "wrong-passcode-4f1e", "query-string-secret", signed.Signature,
		joined.ResumeToken, joined.Realtime.Token, joined.Media.Token,
	} {
		if secret == "" || strings.Contains(all, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// certify writes a new certificate with a serial number.
func certify(t *testing.T, folder string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), DNSNames: []string{"meet.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "c.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})))
	write(t, filepath.Join(folder, "k.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})))
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSIGHUPReloadsWhatCanChange(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file, secret := filepath.Join(folder, "anteroom.yaml"), base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	configure := func(more string) {
		write(t, file, fmt.Sprintf("listen: 127.0.0.1:0\npublic_url: https://meet.example\ndata: %[1]s/data\nmedia: {port: 0}\ntls: {certificate: %[1]s/c.pem, key: %[1]s/k.pem}\n%[2]s\n", folder, more))
	}
	certify(t, folder, 1)
	configure("")
	cmd, lines := logging(t, "ANTEROOM_ENCRYPTION_KEY="+secret, "--config", file)
	ready, all := logged(t, lines, "ready")
	serial := func() (number int64) {
		t.Helper()
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
		response, err := client.Get(ready.Address + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		return response.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(); got != 1 {
		t.Fatalf("certificate %d is shown", got)
	}

	certify(t, folder, 2)
	configure("log: debug\ntrusted_proxies: [10.0.0.0/8]\nattempts: {keep: 50}\nchat: {keep: 77}")
	send(t, cmd, syscall.SIGHUP)
	restart, seen := logged(t, lines, "changed key needs a restart")
	all += seen
	if restart.Key != "chat.keep" || restart.Level != "WARN" || strings.Contains(seen, `"msg":"request"`) {
		t.Errorf("odd: %s", seen)
	}
	_, seen = logged(t, lines, "configuration reloaded")
	all += seen
	if got := serial(); got != 2 {
		t.Fatalf("after the reload certificate %d is shown", got)
	}
	if request, _ := logged(t, lines, "request"); request.Path != "/healthz" {
		t.Errorf("odd: %s", request.raw)
	}

	for name, c := range map[string]struct{ text, says string }{
		"an unknown key":      {"lgo: info", "lgo"},
		"a wrong value":       {"log: loud", "log: "},
		"a file that is gone": {"tls: {certificate: /none.pem, key: /none.pem}", "/none.pem"},
	} {
		if name == "a file that is gone" {
			write(t, file, "public_url: https://meet.example\nlog: info\n"+c.text)
		} else {
			configure(c.text)
		}
		send(t, cmd, syscall.SIGHUP)
		broken, seen := logged(t, lines, "the configuration was not reloaded; the server keeps the old one")
		all += seen
		if !strings.Contains(broken.Error, c.says) {
			t.Errorf("%s: %s", name, broken.raw)
		}
		if got := serial(); got != 2 {
			t.Errorf("%s: certificate %d is shown", name, got)
		}
		logged(t, lines, "request") // the level stays debug
	}
	send(t, cmd, syscall.SIGTERM)
	_, seen = logged(t, lines, "stopped")
	if all += seen; strings.Contains(all, secret) {
		t.Error("the log holds the encryption key")
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestTheFlagOfTheLogWinsOverTheFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "anteroom.yaml")
	write(t, file, fmt.Sprintf("listen: 127.0.0.1:0\npublic_url: https://meet.example\ndata: %s/data\ntrusted_proxies: [127.0.0.1]\nmedia: {port: 0}\nlog: error\n", folder))
	key := "ANTEROOM_ENCRYPTION_KEY=" + base64.StdEncoding.EncodeToString(make([]byte, 32))
	cmd, lines := logging(t, key, "--config", file, "--log", "info")
	logged(t, lines, "ready")
	send(t, cmd, syscall.SIGHUP)
	logged(t, lines, "configuration reloaded")
	send(t, cmd, syscall.SIGTERM)
	logged(t, lines, "stopped")
	if _, problems, status := run(t, "serve", "--log", "loud"); status != 2 || !strings.Contains(problems, "--log") {
		t.Errorf("%d %s", status, problems)
	}
	if _, problems, status := run(t, "serve", "--log-format", "xml"); status != 2 || !strings.Contains(problems, "--log-format") {
		t.Errorf("%d %s", status, problems)
	}
}
