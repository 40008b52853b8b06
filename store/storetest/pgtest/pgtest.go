// Package pgtest gives tests a real PostgreSQL: the server that
// TEST_DATABASE_URL names, else a private one, started from the installed
// binaries with the first database and stopped after the last test.
//
//	var pg pgtest.Server
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(pg.M(m)) }
//
//	func TestX(t *testing.T) { address := pg.Database(t) … }
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL server for the tests of one binary. Its zero value is
// ready.
type Server struct {
	// Private starts a server whatever TEST_DATABASE_URL names: one that a test
	// may stop.
	Private bool

	once sync.Once
	base *url.URL // of the server; its path is a database that exists
	err  error
	proc *exec.Cmd
	dir  string
	make func() *exec.Cmd // the server's process
}

// errAbsent says that there is no PostgreSQL here.
var errAbsent = errors.New("no PostgreSQL: set TEST_DATABASE_URL, or install the server's binaries")

// Database returns the address of a new, empty database, which is dropped when
// the test ends. Without PostgreSQL the test is skipped, but fails in CI.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return s.create(t, "")
}

// Copy is Database with all that is in another one, to which nobody may be
// connected.
func (s *Server) Copy(t testing.TB, address string) string {
	t.Helper()
	from, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return s.create(t, " TEMPLATE "+strings.TrimPrefix(from.Path, "/"))
}

func (s *Server) create(t testing.TB, like string) string {
	t.Helper()
	s.once.Do(func() { s.err = s.start() })
	if errors.Is(s.err, errAbsent) && os.Getenv("CI") != "true" {
		t.Skip(s.err)
	}
	if s.err != nil {
		t.Fatal(s.err)
	}
	name := "test_" + strings.ToLower(rand.Text()[:12])
	if err := s.exec("CREATE DATABASE " + name + like); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	address := *s.base
	address.Path = "/" + name
	return address.String()
}

func (s *Server) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.base.String())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// M returns a testing.M that stops the server after its run.
func (s *Server) M(m interface{ Run() int }) interface{ Run() int } { return &run{m, s} }

type run struct {
	m interface{ Run() int }
	s *Server
}

func (r *run) Run() int {
	code := r.m.Run()
	if err := r.s.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return max(code, 1)
	}
	return code
}

func (s *Server) start() error {
	if given := os.Getenv("TEST_DATABASE_URL"); given != "" && !s.Private {
		var err error
		s.base, err = url.Parse(given)
		return err
	}
	bin, err := binaries()
	if err != nil {
		return err
	}
	// Not under the test's own folder: another user must be able to enter it.
	if s.dir, err = os.MkdirTemp("", "pgtest"); err != nil {
		return err
	}
	if err := s.serve(bin); err != nil {
		return errors.Join(err, s.Stop())
	}
	return nil
}

// binaries returns the folder of the newest server that is installed.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", errAbsent
}

func (s *Server) serve(bin string) error {
	as, err := s.owner()
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	initdb := as(filepath.Join(bin, "initdb"), "-D", data, "-U", "rof", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.make = func() *exec.Cmd {
		return as(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-k", s.dir,
			"-c", "fsync=on", "-c", "max_connections=200", "-c", "shared_buffers=64MB")
	}
	s.base = &url.URL{
		Scheme: "postgres", User: url.User("rof"), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path: "/postgres", RawQuery: "sslmode=disable",
	}
	return s.launch()
}

// launch starts the server's process, and waits until it answers.
func (s *Server) launch() error {
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	s.proc = s.make()
	s.proc.Stdout, s.proc.Stderr = log, log
	if err := s.proc.Start(); err != nil {
		s.proc = nil
		return err
	}
	for range 300 {
		if err = s.exec("SELECT 1"); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	said, _ := os.ReadFile(log.Name())
	return fmt.Errorf("postgres does not answer: %w: %s", err, said)
}

// owner returns how to make a command that runs as the owner of the server's
// folder: PostgreSQL refuses to run as root.
func (s *Server) owner() (func(name string, args ...string) *exec.Cmd, error) {
	if os.Getuid() != 0 {
		return exec.Command, nil
	}
	var someone *user.User
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			someone = u
			break
		}
	}
	if someone == nil {
		return nil, errors.New("postgres does not run as root, and there is no other user")
	}
	uid, err := strconv.ParseUint(someone.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(someone.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(s.dir, int(uid), int(gid)); err != nil {
		return nil, err
	}
	return func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir = s.dir
		become(cmd, uint32(uid), uint32(gid))
		return cmd
	}, nil
}

// freePort returns a port below those that the system gives to clients: a
// client that tries again and again on a closed port up there can end up
// connected to itself.
func freePort() (int, error) {
	for range 100 {
		n, err := rand.Int(rand.Reader, big.NewInt(12000))
		if err != nil {
			return 0, err
		}
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20000+n.Int64()))
		if err != nil {
			continue
		}
		return l.Addr().(*net.TCPAddr).Port, l.Close()
	}
	return 0, errors.New("no free port")
}

// Stop stops the server. Tests whose TestMain uses M need not call it.
func (s *Server) Stop() error {
	if err := s.halt(); err != nil {
		return err
	}
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// halt ends the server's process.
func (s *Server) halt() error {
	if s.proc == nil {
		return nil
	}
	if err := s.proc.Process.Signal(os.Interrupt); err != nil { // a fast shutdown
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.proc.Wait()
	}()
	select {
	case <-done:
	case <-time.After(15 * time.Second):
		_ = s.proc.Process.Kill()
		<-done
	}
	s.proc = nil
	return nil
}
