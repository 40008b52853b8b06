package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Pooler puts a PgBouncer before a database of a private server until the test ends,
// and returns its address. Without PgBouncer the test is skipped, but fails in CI.
func (s *Server) Pooler(t testing.TB, address, mode string) string {
	t.Helper()
	s.private(t)
	bin, err := exec.LookPath("pgbouncer")
	if err != nil {
		bin = "/usr/sbin/pgbouncer" // where no user's path leads
	}
	if _, err := os.Stat(bin); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no PgBouncer: install it")
		}
		t.Skip("no PgBouncer: install it")
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	ini := filepath.Join(s.dir, fmt.Sprintf("pooler-%d.ini", port))
	if err := os.WriteFile(ini, fmt.Appendf(nil, "[databases]\n* = host=127.0.0.1 port=%s user=rof\n[pgbouncer]\n"+
		"listen_addr=127.0.0.1\nlisten_port=%d\nunix_socket_dir=\nauth_type=any\npool_mode=%s\n", u.Port(), port, mode), 0o644); err != nil {
		t.Fatal(err)
	}
	as, err := s.owner()
	if err != nil {
		t.Fatal(err)
	}
	proc := as(bin, "-q", ini)
	if err := proc.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = proc.Process.Kill()
		if err := proc.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
			t.Error(err)
		}
	})
	u.Host = net.JoinHostPort("127.0.0.1", fmt.Sprint(port))
	for range 100 {
		var conn *pgx.Conn
		if conn, err = pgx.Connect(t.Context(), u.String()); err == nil {
			_ = conn.Close(context.WithoutCancel(t.Context()))
			return u.String()
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("PgBouncer does not answer: %v", err)
	return ""
}
