package pgtest

import "testing"

// Down stops a private server as an administrator does, and Up starts it again,
// with what it had. Up is called when the test ends where the test did not.
func (s *Server) Down(t testing.TB) {
	t.Helper()
	s.private(t)
	if err := s.halt(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Up(t) })
}

// Up starts a private server that is down.
func (s *Server) Up(t testing.TB) {
	t.Helper()
	if s.proc != nil {
		return
	}
	if err := s.launch(); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) private(t testing.TB) {
	t.Helper()
	if !s.Private || s.proc == nil {
		t.Fatal("only a private server that runs is a test's to stop")
	}
}
