// Package faultproxy is a TCP proxy whose way can be bad: late, cut, reset, or a
// black hole. Tests put it before a database, or a Slack.
package faultproxy

import (
	"net"
	"sync"
	"time"
)

// Way is how the way is.
type Way struct {
	Latency time.Duration // each way, of each piece
	// Blackhole lets nothing through, either way, and tells nobody: new
	// connections are taken, and as silent. What was sent arrives once the way is
	// good again, as TCP does it, unless its connection was ended.
	Blackhole bool
	// Refuse closes new connections at once; those that stand stay.
	Refuse bool
}

// Proxy is a proxy on loopback.
type Proxy struct {
	target string
	ln     net.Listener

	mu     sync.Mutex
	moved  *sync.Cond // the way changed, or connections ended
	way    Way
	pairs  map[*pair]struct{}
	made   int
	closed bool
	group  sync.WaitGroup
}

// pair is a connection, and the one that it is passed on to.
type pair struct {
	client, server net.Conn
	over           bool
}

// New starts a proxy to an address. Close ends it.
func New(target string) (*Proxy, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: target, ln: ln, pairs: map[*pair]struct{}{}}
	p.moved = sync.NewCond(&p.mu)
	p.group.Go(p.accept)
	return p, nil
}

// Addr is where the proxy listens.
func (p *Proxy) Addr() string { return p.ln.Addr().String() }

// Set changes the way, at once and for all connections.
func (p *Proxy) Set(w Way) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.way = w
	p.moved.Broadcast()
}

// Cut ends all connections as a process does that ends.
func (p *Proxy) Cut() { p.end(func(net.Conn) {}) }

// Reset ends all connections with a TCP reset, and what is under way is lost.
func (p *Proxy) Reset() {
	p.end(func(c net.Conn) {
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
	})
}

// Connections is how many stand, and how many there ever were.
func (p *Proxy) Connections() (now, ever int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.pairs), p.made
}

// Close ends the proxy and its connections, and waits for them.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	_ = p.ln.Close()
	p.Cut()
	p.group.Wait()
}

func (p *Proxy) end(how func(net.Conn)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.moved.Broadcast()
	for pair := range p.pairs {
		pair.over = true
		for _, c := range []net.Conn{pair.client, pair.server} {
			how(c)
			_ = c.Close()
		}
	}
}

func (p *Proxy) now() Way {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.way
}

func (p *Proxy) accept() {
	for {
		client, err := p.ln.Accept()
		if err != nil {
			return
		}
		if p.now().Refuse {
			_ = client.Close()
			continue
		}
		p.group.Go(func() { p.pass(client) })
	}
}

// pass connects a client to the target until either side ends.
func (p *Proxy) pass(client net.Conn) {
	defer client.Close()
	server, err := net.DialTimeout("tcp", p.target, 5*time.Second)
	if err != nil {
		return
	}
	defer server.Close()
	both := &pair{client: client, server: server}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.pairs[both] = struct{}{}
	p.made++
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.pairs, both)
		p.mu.Unlock()
	}()
	var ways sync.WaitGroup
	ways.Go(func() { p.copy(both, server, client) })
	p.copy(both, client, server)
	ways.Wait()
}

// copy passes on what comes from a side, and its end.
func (p *Proxy) copy(of *pair, to, from net.Conn) {
	defer to.Close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if late, over := p.passable(of); over {
			return
		} else if late > 0 {
			time.Sleep(late)
		}
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// passable waits until something may pass, and returns how late; over, when
// nothing of this pair ever will.
func (p *Proxy) passable(of *pair) (late time.Duration, over bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.way.Blackhole && !of.over {
		p.moved.Wait()
	}
	return p.way.Latency, of.over
}
