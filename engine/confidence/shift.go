package confidence

import "math"

// held is how many outcomes at even odds the absence of a shift is worth.
const held = 4

// shift is by how much, in log odds, the outcomes are off the rule of thumb as a whole: the likeliest one, held towards
// none.
func shift(outcomes []Outcome) float64 {
	by := 0.
	for range 12 { // Newton's steps, which settle in four or five
		slope, curve := -by*held/4, held/4.
		for _, o := range outcomes {
			p := shifted(within(o.Raw), by)
			slope += o.weight() * (o.truth() - p)
			curve += o.weight() * p * (1 - p)
		}
		by += min(max(slope/curve, -1), 1)
	}
	return by
}

// shifted moves a score by log odds; certain ones stay.
func shifted(p, by float64) float64 {
	if by == 0 || p <= 0 || p >= 1 {
		return p
	}
	return 1 / (1 + (1-p)/p*math.Exp(-by))
}
