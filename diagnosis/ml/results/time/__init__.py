"""What a question of time needs: its follow-up, its intervals, and figures at horizons."""
