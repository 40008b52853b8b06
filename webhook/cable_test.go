package webhook_test

import (
	"net"
	"sync"
	"testing"
)

// cable is a connection to a server that can be cut.
type cable struct {
	listener net.Listener
	target   string
	mu       sync.Mutex
	conns    []net.Conn
	cut      bool
	wg       sync.WaitGroup
}

func newCable(t *testing.T, target string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	c := &cable{listener: l, target: target}
	c.wg.Go(c.accept)
	t.Cleanup(func() {
		_ = l.Close()
		c.set(true)
		c.wg.Wait()
	})
	return c
}

func (c *cable) url() string { return "http://" + c.listener.Addr().String() }

func (c *cable) accept() {
	for {
		in, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		target := c.target
		c.mu.Unlock()
		out, err := net.Dial("tcp", target)
		c.mu.Lock()
		if c.cut || err != nil {
			_ = in.Close()
			if err == nil {
				_ = out.Close()
			}
			c.mu.Unlock()
			continue
		}
		c.conns = append(c.conns, in, out)
		c.mu.Unlock()
		for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
			c.wg.Go(func() {
				buf := make([]byte, 4096)
				for {
					n, err := way[0].Read(buf)
					if n > 0 {
						if _, werr := way[1].Write(buf[:n]); werr != nil {
							err = werr
						}
					}
					if err != nil {
						_, _ = way[0].Close(), way[1].Close()
						return
					}
				}
			})
		}
	}
}

// set cuts the cable, or mends it.
func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	if cut {
		for _, conn := range c.conns {
			_ = conn.Close()
		}
		c.conns = nil
	}
}

// lead lets it lead to another server.
func (c *cable) lead(target string) {
	c.set(true)
	c.mu.Lock()
	c.target = target
	c.mu.Unlock()
	c.set(false)
}
