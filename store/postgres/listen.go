package postgres

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

// startListener starts the one listener of this process, which Close ends.
func (s *Store) startListener() {
	s.listen.Do(func() { s.hear.Go(s.listenOn) })
}

// listenOn listens on a connection of its own, and on a new one when that is
// lost. What was told meanwhile is found by looking.
func (s *Store) listenOn() {
	for failures := 0; s.closing.Err() == nil; failures++ {
		began := time.Now()
		err := s.listenOnce(s.closing)
		if s.closing.Err() != nil {
			return
		}
		if time.Since(began) > time.Minute {
			failures = 0
		}
		if failures == 0 {
			s.log.WarnContext(s.closing, "listening to the database again", "component", "store", "error", err)
		}
		wait := min(100*time.Millisecond<<min(failures, 5), 2*time.Second)
		select {
		case <-s.closing.Done():
		case <-time.After(wait/2 + rand.N(wait)):
		}
	}
}

func (s *Store) listenOnce(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		conn.Close(end)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channelEvents+"; LISTEN "+channelJobs); err != nil {
		return err
	}
	s.events.Wake() // the queue looks each second anyway
	for {
		// A connection that the network lost says nothing by itself.
		wait, cancel := context.WithTimeout(ctx, 15*time.Second)
		n, err := conn.WaitForNotification(wait)
		quiet := wait.Err() != nil
		cancel()
		switch {
		case err == nil && n.Channel == channelEvents:
			s.events.Wake()
		case err == nil:
			s.queue.Poke(n.Payload, 0)
		case ctx.Err() != nil || !quiet:
			return err
		default:
			ping, cancel := context.WithTimeout(ctx, 5*time.Second)
			err := conn.Ping(ping)
			cancel()
			if err != nil {
				return err
			}
		}
	}
}
