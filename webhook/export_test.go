package webhook

import "slices"

// Routes lists the URL surface: a method and a template each, in order.
func (s *Server) Routes() []string {
	var out []string
	for _, r := range s.echo.Routes() {
		out = append(out, r.Method+" "+r.Path)
	}
	slices.Sort(out)
	return out
}

// Held is how many bytes of deliveries are held.
func (s *Server) Held() int64 { return s.held.bytes.Load() }
