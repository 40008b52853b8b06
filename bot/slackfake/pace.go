package slackfake

import "time"

// bucket is a token bucket: Slack lets a burst pass, then one call per
// interval.
type bucket struct {
	tokens float64
	at     time.Time
}

// take takes a token, or says how long until there is one.
func (b *bucket) take(now time.Time, every time.Duration, burst int) (wait time.Duration) {
	if b.at.IsZero() {
		b.tokens = float64(burst)
	} else {
		b.tokens = min(float64(burst), b.tokens+float64(now.Sub(b.at))/float64(every))
	}
	b.at = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) * float64(every))
	}
	b.tokens--
	return 0
}

// throttle applies the limit of a channel's messages, or of a method's calls.
func (s *Slack) throttle(key string, every time.Duration, burst int) (wait time.Duration) {
	if s.cfg.Pace.Off || every <= 0 {
		return 0
	}
	b := s.st.buckets[key]
	if b == nil {
		b = &bucket{}
		s.st.buckets[key] = b
	}
	return b.take(s.cfg.Now(), every, burst)
}

// throttlePost is the special limit of posting: per channel.
func (s *Slack) throttlePost(channel string) (wait time.Duration) {
	return s.throttle("post "+channel, s.cfg.Pace.Every, s.cfg.Pace.Burst)
}

// throttleMethod is the documented tier of a method, in calls a minute.
func (s *Slack) throttleMethod(name string, tier int) (wait time.Duration) {
	if !s.cfg.Pace.Tiers || tier == 0 {
		return 0
	}
	return s.throttle("tier "+name, time.Minute/time.Duration(tier), tier)
}
