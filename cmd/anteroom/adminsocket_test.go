package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// An operator lists the joins of a production server, and reads why there is none.
func TestAttemptsOfAProductionServer(t *testing.T) {
	t.Parallel()
	folder, err := os.MkdirTemp("", "admin") // short: a socket is made in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	file, socket := filepath.Join(folder, "anteroom.yaml"), filepath.Join(folder, "data", "admin.sock")
	write(t, file, fmt.Sprintf("listen: 127.0.0.1:0\npublic_url: https://meet.example\ndata: %s/data\ntrusted_proxies: [127.0.0.1]\nmedia: {port: 0}\n", folder))
	if _, problems, status := run(t, "attempts", "--config", file); status != 3 || !strings.Contains(problems, "there is no admin socket "+socket) {
		t.Errorf("without a server: %d %s", status, problems)
	}
	cmd, lines := logging(t, "ANTEROOM_ENCRYPTION_KEY="+base64.StdEncoding.EncodeToString(make([]byte, 32)), "--config", file)
	ready, _ := logged(t, lines, "ready")
	response, err := http.Post(ready.Address+"/sdk/v1/join", "application/json", strings.NewReader(`{"meetingNumber":"123456789","userName":"Ada Park","signature":"a.b.c"}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	refused, _ := logged(t, lines, "unsigned join refused")
	// The key of the server is not needed.
	for _, where := range [][]string{{"--config", file}, {"--admin-socket", socket}} {
		out, problems, status := run(t, append([]string{"attempts"}, where...)...)
		if status != 0 || !strings.Contains(out, refused.Attempt) || !strings.Contains(out, "Ada Park") || !strings.Contains(out, "3712 SIGNATURE_INVALID") {
			t.Errorf("%v: %d %s%s", where, status, out, problems)
		}
		out, problems, status = run(t, append([]string{"attempts", refused.Attempt}, where...)...)
		if status != 0 || !strings.Contains(out, `"verdict"`) {
			t.Errorf("%v: %d %s%s", where, status, out, problems)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if _, problems, status := run(t, "attempts", "--config", file); status != 3 || !strings.Contains(problems, "no server listens on the admin socket "+socket) {
		t.Errorf("after the server was killed: %d %s", status, problems)
	}
}

func TestWhyTheAdminSocketIsUnreachable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err   error
		words string
	}{
		{fs.ErrPermission, "as the user of the server, or as root"},
		{syscall.ENOENT, "there is no admin socket /x"},
		{syscall.ECONNREFUSED, "no server listens"},
		{errors.New("slow"), "no response through the admin socket /x: slow"},
	} {
		if got := withoutSocket("/x", &url.Error{Op: "Get", URL: "http://admin/admin/v1/attempts", Err: c.err}).Error(); !strings.Contains(got, c.words) || strings.Contains(got, "http://") {
			t.Errorf("%v: %s", c.err, got)
		}
	}
}
