"""A burst, then a steady pace."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twistchat.core.pace import Bucket


class BucketTests(SynchronousTestCase):
    def test_taking(self) -> None:
        bucket = Bucket(3, 0.5, now=0.0)
        self.assertEqual([bucket.take(0.0) for _ in range(4)], [0.0, 0.0, 0.0, 2.0])
        self.assertEqual(bucket.take(1.0), 1.0)
        self.assertEqual(bucket.take(2.0), 0.0)
        self.assertEqual(bucket.take(100.0), 0.0)
        self.assertEqual(bucket.take(100.0, cost=2.0), 0.0)  # never more than the burst
        self.assertEqual(bucket.take(100.0), 2.0)

    def test_spending(self) -> None:
        bucket = Bucket(2, 4.0, now=0.0)
        self.assertEqual(bucket.spend(0.0, 2), 0.0)
        self.assertEqual(bucket.spend(0.0, 8), 2.0)
        self.assertEqual(bucket.spend(1.0, 0), 1.0)
        self.assertFalse(bucket.is_full(2.4))
        self.assertTrue(bucket.is_full(2.5))

    def test_a_clock_that_goes_back(self) -> None:
        bucket = Bucket(1, 1.0, now=10.0)
        self.assertEqual(bucket.take(10.0), 0.0)
        self.assertEqual(bucket.take(5.0), 1.0)
        self.assertEqual(bucket.take(6.0), 0.0)
