const en = {
  ringing: 'Someone is at the door',
  answer: 'Answer',
  decline: 'Decline',
  readyReplies: 'Ready replies',
  answeredBy: (name: string) => `${name} answered`,
  declinedBy: (name: string) => `${name} declined`,
  ringMissed: 'Nobody answered',
  ringMessage: 'Nobody answered; the visitor may leave a message.',
  inCall: (title: string) => `You are talking to: ${title}`,
  hangUp: 'Hang up',
  tapForBell: 'Tap anywhere to hear it',
};

const ru: typeof en = {
  ringing: 'Кто-то у двери',
  answer: 'Ответить',
  decline: 'Отклонить',
  readyReplies: 'Готовые ответы',
  answeredBy: (name) => `Отвечает: ${name}`,
  declinedBy: (name) => `Отклонено: ${name}`,
  ringMissed: 'Никто не ответил',
  ringMessage: 'Никто не ответил; гость может оставить сообщение.',
  inCall: (title) => `Вы говорите: ${title}`,
  hangUp: 'Положить трубку',
  tapForBell: 'Коснитесь страницы, чтобы слышать звонок',
};

/** Words about the bell and calls. */
export const rings = { en, ru };
