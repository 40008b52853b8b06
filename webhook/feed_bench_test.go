package webhook_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"runtime"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/webhook"
)

// What the feed promises on two cores.
const (
	feedCrowd    = 5000
	feedP99      = 250.0 // ms, from the commit's begin to all clients
	feedMemory   = 40.0  // KiB a client
	feedOverBare = 1.5   // times what a loop takes that only writes
)

// tell commits one event that says when.
func (r *rig) tell(size int) {
	r.t.Helper()
	ev, err := engine.NewEvent(engine.EventAnomaly, time.Now().UTC(), map[string]any{"nanos": time.Now().UnixNano(), "fill": fmt.Sprintf("%*s", size, "x")})
	check(r.t, err)
	check(r.t, r.away.Update(context.Background(), func(tx engine.Tx) error { return tx.Emit(context.Background(), ev) }))
}

// bare is a server that knows nothing: it writes what it is given to all.
type bare struct {
	t     testing.TB
	conns []net.Conn
}

func newBare(t testing.TB, count int) (*bare, *crowd) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	s := &bare{t: t}
	all := make(chan struct{})
	go func() {
		defer close(all)
		for range count {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.conns = append(s.conns, conn)
		}
	}()
	t.Cleanup(func() {
		for _, conn := range s.conns {
			_ = conn.Close()
		}
	})
	c := gather(t, "bare", l.Addr().String(), count)
	<-all
	return s, c
}

// tell writes a frame of an event like those of the feed, one client after the
// other.
func (s *bare) tell(seq int64, size int) {
	s.t.Helper()
	body, err := json.Marshal(engine.Event{Seq: seq, Type: engine.EventAnomaly, At: time.Now().UTC(), Data: fmt.Appendf(nil, `{"fill":"%*s","nanos":%d}`, size, "x", time.Now().UnixNano())})
	check(s.t, err)
	frame := append(binary.BigEndian.AppendUint16([]byte{0x81, 126}, uint16(len(body))), body...)
	for _, conn := range s.conns {
		_, err := conn.Write(frame)
		check(s.t, err)
	}
}

// inUse is what the process's own objects and stacks take.
func inUse() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse + m.StackInuse)
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// BenchmarkFeed tells one event to 5,000 clients, round after round, and so does
// a loop that does nothing but write.
func BenchmarkFeed(b *testing.B) {
	r := start(b, func(c *webhook.Config) { c.MaxClients = feedCrowd + 100 })
	const size = 600 // an anomaly's
	before := inUse()
	all := gather(b, "ws", address(r.server), feedCrowd)
	memory := (inUse() - before) / 1024 / feedCrowd
	loop, others := newBare(b, feedCrowd)
	var first, p50, p99, loops, times []float64
	n := int64(0)
	round := func() {
		r.tell(size)
		h := all.next()
		n++
		loop.tell(n, size)
		o := others.next()
		first, p50, p99, loops = append(first, h.Min), append(p50, h.P50), append(p99, h.P99), append(loops, o.P99)
		times = append(times, h.P99/o.P99)
	}
	round() // which finds everything cold
	first, p50, p99, loops, times = nil, nil, nil, nil, nil
	for b.Loop() {
		round()
	}
	b.ReportMetric(median(first), "first-ms")
	b.ReportMetric(median(p50), "p50-ms")
	b.ReportMetric(median(p99), "p99-ms")
	b.ReportMetric(slices.Max(p99), "worst-p99-ms")
	b.ReportMetric(median(loops), "bare-p99-ms")
	b.ReportMetric(median(times), "x-bare")
	b.ReportMetric(memory, "KiB/client")
	for name, figure := range map[string]struct{ is, most float64 }{
		"ms until 99 % have it": {median(p99), feedP99}, "KiB a client": {memory, feedMemory}, "times what the loop takes": {median(times), feedOverBare},
	} {
		if figure.is > figure.most {
			b.Errorf("%.2f %s; the promise is %v", figure.is, name, figure.most)
		}
	}
}

// BenchmarkFeedBesideStalledClients tells large events to a hundred clients, and
// then once more beside fifty that never read: more than any socket holds.
func BenchmarkFeedBesideStalledClients(b *testing.B) {
	r := start(b, nil)
	readers := gather(b, "ws", address(r.server), 100)
	const size, rounds = 60 << 10, 100
	tell := func() float64 {
		var p99 []float64
		for range rounds {
			r.tell(size)
			p99 = append(p99, readers.next().P99)
		}
		return median(p99)
	}
	var alone, beside []float64
	for b.Loop() {
		alone = append(alone, tell())
		gather(b, "stalled", address(r.server), 50)
		beside = append(beside, tell())
	}
	b.ReportMetric(median(alone), "alone-p99-ms")
	b.ReportMetric(median(beside), "beside-p99-ms")
}
