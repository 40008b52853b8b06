package confidence

import (
	"math"
	"slices"
)

// Bin is a row of a reliability table: scores in [From, To), To included in the last bin.
type Bin struct {
	From, To   float64
	N          int
	MeanScore  float64
	ShareRight float64
}

// nineInTen is the normal distribution's width that holds nine of ten.
const nineInTen = 1.6449

// Range is where the true share of the bin lies, nine times in ten (Wilson's interval): all of 0..1 without outcomes.
func (b Bin) Range() (low, high float64) {
	n := float64(b.N)
	if n == 0 {
		return 0, 1
	}
	const z2 = nineInTen * nineInTen
	middle := (b.ShareRight + z2/(2*n)) / (1 + z2/n)
	half := nineInTen / (1 + z2/n) * math.Sqrt(b.ShareRight*(1-b.ShareRight)/n+z2/(4*n*n))
	return within(middle - half), within(middle + half)
}

// Steps are the bins of Word: none, weak, likely, strong. Finer ones would stay empty for a team with fifty outcomes.
func Steps() []Bin {
	return []Bin{{From: 0, To: Threshold}, {From: Threshold, To: .70}, {From: .70, To: .85}, {From: .85, To: 1}}
}

// fine are the same bins, halved where the answers are.
func fine() []Bin {
	return []Bin{
		{From: 0, To: .25},
		{From: .25, To: Threshold},
		{From: Threshold, To: .60},
		{From: .60, To: .70},
		{From: .70, To: .775},
		{From: .775, To: .85},
		{From: .85, To: .925},
		{From: .925, To: 1},
	}
}

// Even are k bins of the same width.
func Even(k int) []Bin {
	bins := make([]Bin, max(k, 1))
	for i := range bins {
		bins[i].From, bins[i].To = float64(i)/float64(len(bins)), float64(i+1)/float64(len(bins))
	}
	return bins
}

// Table tells how often scores were right, bin by bin; bins without outcomes are in it with N = 0. The scores may be raw
// or calibrated ones, whichever are to be judged.
func Table(outcomes []Outcome) []Bin { return fill(Steps(), outcomes) }

func fill(table []Bin, outcomes []Outcome) []Bin {
	for _, o := range outcomes {
		bin := &table[binOf(table, within(o.Raw))]
		bin.N++
		bin.MeanScore += within(o.Raw)
		bin.ShareRight += o.truth()
	}
	for i := range table {
		if n := float64(table[i].N); n > 0 {
			table[i].MeanScore /= n
			table[i].ShareRight /= n
		}
	}
	return table
}

func binOf(table []Bin, score float64) int {
	for i, bin := range table {
		if score < bin.To {
			return i
		}
	}
	return len(table) - 1
}

// Brier is the mean squared distance between score and truth, 0 without outcomes.
func Brier(outcomes []Outcome) float64 {
	sum := 0.
	for _, o := range outcomes {
		sum += (within(o.Raw) - o.truth()) * (within(o.Raw) - o.truth())
	}
	return sum / float64(max(len(outcomes), 1))
}

// Skill is how much of the Brier score of always saying the share that was right the scores save: 1 for an oracle, 0 for
// who only knows the share, less for who is worse. Where all were right, or all wrong, there is nothing to tell apart.
func Skill(outcomes []Outcome) (skill float64, ok bool) {
	right := 0.
	for _, o := range outcomes {
		right += o.truth()
	}
	share := right / float64(max(len(outcomes), 1))
	if share == 0 || share == 1 {
		return 0, false
	}
	return 1 - Brier(outcomes)/(share*(1-share)), true
}

// ECE is the expected calibration error: how far scores and shares lie apart in the bins, weighted by their outcomes.
func ECE(outcomes []Outcome, bins []Bin) float64 {
	sum := 0.
	for _, bin := range fill(slices.Clone(bins), outcomes) {
		sum += float64(bin.N) * math.Abs(bin.MeanScore-bin.ShareRight)
	}
	return sum / float64(max(len(outcomes), 1))
}

// exactly is up to how many outcomes of a bin the noise is computed exactly; from there on the normal distribution is
// closer to it than anybody reads.
const exactly = 400

// NoiseFloor is the ECE that these scores would show on average if each were perfectly calibrated: what is left of an ECE
// at this number of outcomes is luck.
func NoiseFloor(outcomes []Outcome, bins []Bin) float64 {
	scores := make([][]float64, len(bins))
	for _, o := range outcomes {
		bin := binOf(bins, within(o.Raw))
		scores[bin] = append(scores[bin], within(o.Raw))
	}
	sum := 0.
	for _, p := range scores {
		sum += spread(p)
	}
	return sum / float64(max(len(outcomes), 1))
}

// spread is the mean distance of the number of successes from its own mean, for trials of these probabilities.
func spread(p []float64) float64 {
	mean, variance := 0., 0.
	for _, v := range p {
		mean += v
		variance += v * (1 - v)
	}
	if len(p) > exactly {
		return math.Sqrt(2 / math.Pi * variance)
	}
	chance := make([]float64, len(p)+1) // of each number of successes
	chance[0] = 1
	for n, v := range p {
		for k := n + 1; k > 0; k-- {
			chance[k] = chance[k]*(1-v) + chance[k-1]*v
		}
		chance[0] *= 1 - v
	}
	sum := 0.
	for k, c := range chance {
		sum += c * math.Abs(float64(k)-mean)
	}
	return sum
}
