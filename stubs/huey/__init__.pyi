from huey.api import Huey as Huey
from huey.api import MemoryHuey as MemoryHuey
from huey.api import PriorityRedisExpireHuey as PriorityRedisExpireHuey
from huey.api import PriorityRedisHuey as PriorityRedisHuey
from huey.api import RedisExpireHuey as RedisExpireHuey
from huey.api import RedisHuey as RedisHuey
from huey.api import chord as chord
from huey.api import crontab as crontab
from huey.api import group as group
from huey.exceptions import CancelExecution as CancelExecution
from huey.exceptions import RetryTask as RetryTask
from huey.utils import SKIPPED as SKIPPED
from huey.utils import Error as Error

__version__: str
