package slackfake

import (
	"cmp"
	"fmt"
	"slices"
)

// AddUser adds a person, or replaces the one with the same id.
func (s *Slack) AddUser(u User) {
	u.RealName = cmp.Or(u.RealName, u.Name)
	s.do(func(st *state) { st.work.addUser(u) })
}

// AddUserGroup adds a group, or replaces the one with the same id.
func (s *Slack) AddUserGroup(g UserGroup) {
	s.do(func(st *state) {
		i := slices.IndexFunc(st.work.groups, func(x UserGroup) bool { return x.ID == g.ID })
		if i < 0 {
			st.work.groups = append(st.work.groups, g)
			return
		}
		st.work.groups = slices.Clone(st.work.groups)
		st.work.groups[i] = g
	})
}

// AddChannel adds a channel, or replaces the settings of the one with the same
// id. Without members it gets everyone, the app included.
func (s *Slack) AddChannel(c Channel) {
	s.do(func(st *state) {
		if c.Members == nil {
			c.Members = slices.Clone(st.work.userOrder)
		}
		if c.Created.IsZero() {
			c.Created = s.cfg.Now()
		}
		st.work.addChannel(c)
	})
}

// Join puts someone, the app perhaps, into a channel.
func (s *Slack) Join(channel, user string) error {
	return s.alter(channel, func(c *Channel) {
		if !slices.Contains(c.Members, user) {
			c.Members = append(slices.Clone(c.Members), user)
		}
	})
}

// Leave takes someone out of a channel.
func (s *Slack) Leave(channel, user string) error {
	return s.alter(channel, func(c *Channel) {
		c.Members = slices.DeleteFunc(slices.Clone(c.Members), func(m string) bool { return m == user })
	})
}

// Archive closes a channel for good.
func (s *Slack) Archive(channel string) error {
	return s.alter(channel, func(c *Channel) { c.Archived = true })
}

func (s *Slack) alter(channel string, f func(c *Channel)) (err error) {
	s.do(func(st *state) {
		ch := st.work.channels[channel]
		if ch == nil {
			err = fmt.Errorf("%w: no channel %s", ErrImpossible, channel)
			return
		}
		f(&ch.Channel)
	})
	return err
}
