package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// numbered is a store of which only the events are there, up to a Seq.
type numbered struct {
	Store
	last int64
}

func (s *numbered) View(_ context.Context, fn func(Reader) error) error {
	return fn(numberedReader{s: s})
}

type numberedReader struct {
	Reader
	s *numbered
}

func (r numberedReader) Events(_ context.Context, after int64, limit int) (list []Event, err error) {
	for seq := after + 1; seq <= r.s.last && len(list) < limit; seq++ {
		list = append(list, Event{Seq: seq})
	}
	return list, nil
}

func (r numberedReader) LastSeq(context.Context) (last, first int64, err error) {
	return r.s.last, 1, nil
}

func TestAReaderThatLagsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &numbered{}
		f := newFeed(s, 0)
		e := &Engine{store: s, feed: f}
		tell := func(n int) {
			for range n {
				s.last++
				f.publish([]Event{{Seq: s.last}})
			}
		}
		subscribe := func(after int64) *Subscription {
			sub, err := e.Subscribe(t.Context(), after)
			if err != nil {
				t.Fatal(err)
			}
			return sub
		}
		// drain reads all that there is.
		drain := func(sub *Subscription) (last int64, err error) {
			for {
				events, more, err := sub.Next(t.Context())
				if err != nil {
					return last, err
				}
				for n := range events {
					if last > 0 && events[n].Seq != last+1 {
						t.Fatalf("%d after %d", events[n].Seq, last)
					}
					last = events[n].Seq
				}
				if more != nil {
					return last, nil
				}
			}
		}
		tell(10)
		slow, late := subscribe(0), subscribe(0)
		if last, err := drain(slow); last != 10 || err != nil {
			t.Fatalf("%d, %v", last, err)
		}
		tell(5000) // more than memory keeps

		page := func() (int, error) {
			events, _, err := slow.Next(t.Context())
			return len(events), err
		}
		if n, err := page(); n == 0 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		time.Sleep(lagLimit) // that is how long sending it takes
		if last, err := drain(slow); last != 5010 || err != nil {
			t.Errorf("within its time it reads the store: %d, %v", last, err)
		}
		tell(5000)
		if n, err := page(); n == 0 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		time.Sleep(lagLimit + time.Second)
		if _, err := page(); !errors.Is(err, errSlow) {
			t.Errorf("after its time: %v", err)
		}
		if last, err := drain(subscribe(5010)); last != 10010 || err != nil {
			t.Errorf("resumed: %d, %v", last, err)
		}
		// Who never had everything is not slow, but has much to read.
		if last, err := drain(late); last != 10010 || err != nil {
			t.Errorf("a long way behind from the start: %d, %v", last, err)
		}
		time.Sleep(time.Hour) // in which nothing happens
		tell(5000)
		if last, err := drain(late); last != 15010 || err != nil {
			t.Errorf("a storm after a quiet hour: %d, %v", last, err)
		}
	})
}
