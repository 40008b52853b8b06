package engine

import (
	"context"
	"time"
)

// Session is somebody who is signed in to the dashboard. It is kept in the store,
// so that every replica knows it and none takes it once it is over.
type Session struct {
	ID        string    `json:"id"`   // a hash: what the browser holds cannot be had from it
	Name      string    `json:"name"` // who acts, as timelines say it
	Subject   string    `json:"subject,omitempty"`
	Email     string    `json:"email,omitempty"` // one that the provider has verified
	Groups    []string  `json:"groups,omitempty"`
	Basis     string    `json:"basis"` // what it rests on; where that is no longer set, the session is nothing
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// SignIn keeps a session, in place of those with the ids: a browser has one.
func (e *Engine) SignIn(ctx context.Context, s Session, instead ...string) error {
	return e.store.Update(ctx, func(tx Tx) error {
		if err := tx.EndSessions(ctx, instead); err != nil {
			return err
		}
		return tx.PutSession(ctx, s)
	})
}

// Sessions returns those of the ids that there are, in no order.
func (e *Engine) Sessions(ctx context.Context, ids ...string) (list []Session, err error) {
	err = e.store.View(ctx, func(r Reader) error {
		list, err = r.Sessions(ctx, ids)
		return err
	})
	return list, err
}

// SignOut ends sessions, everywhere. One that is over already is no error.
func (e *Engine) SignOut(ctx context.Context, ids ...string) error {
	return e.store.Update(ctx, func(tx Tx) error { return tx.EndSessions(ctx, ids) })
}

// SignOutAll ends all sessions of a name and returns how many there were.
func (e *Engine) SignOutAll(ctx context.Context, name string) (n int, err error) {
	err = e.store.Update(ctx, func(tx Tx) error {
		n, err = tx.EndSessionsOf(ctx, name)
		return err
	})
	return n, err
}
